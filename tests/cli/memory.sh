# SPDX-License-Identifier: BSD-3-Clause
# Files whose headers promise more than they hold cost no memory: with little of it they are refused for what they are,
# not for want of memory. Instrumented programs need more than is given here.
make_pgm good.pgm 16 16
limited() { (ulimit -v 400000 && OPENBLAS_NUM_THREADS=1 exec "$ONDELET" "$@" --threads 1 </dev/null); }
if ! limited info good.pgm >stdout 2>stderr; then
    echo "the program does not run in 400 MB of address space"
    exit 77
fi

# lies FILE TEXT: every command that reads such a file says TEXT in one line.
lies() {
    local file=$1 text=$2 words found
    shift 2
    for words in "$@"; do
        found=0
        last="ondelet ${words//FILE/$file}"
        checks=$((checks + 1))
        # shellcheck disable=SC2086
        limited ${words//FILE/$file} --force --quiet >stdout 2>stderr || found=$?
        [ $found = 1 ] || fail "$last: exit $found, 1 wanted"
        expect_lines 1 stderr
        expect_text stderr "$text"
        expect_lines 0 stdout
    done
}
picture=("features FILE -o out.npy" "convert FILE -o out.png" "compare FILE good.pgm")

# PNG: 16000 x 16000 of four channels, twelve bytes of them
printf '\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x3e\x80\0\0\x3e\x80\x08\x06\0\0\0\x41\x7e\xdf\xde' >lie.png
printf '\0\0\0\x0cIDAT\x78\x9c\x63\x60\x20\x15\0\0\0\x32\0\x01\x41\x3c\x9c\x16' >>lie.png
lies lie.png "lie.png: " "${picture[@]}"
# JPEG: baseline and progressive, 16000 x 16000
for kind in '\xc0' '\xc2'; do
    printf "\xff\xd8\xff$kind\0\x0b\x08\x3e\x80\x3e\x80\x01\x01\x11\0\xff\xda\0\x08\x01\x01\0\0\x3f\0\0" >lie.jpg
    lies lie.jpg "lie.jpg: " "${picture[@]}"
done
for header in 'P5\n16000 16000\n255\n' 'P2\n16000 16000\n255\n1 2 3\n' 'P6\n9000 9000\n65535\n' 'P4\n16000 16000\n'; do
    printf "$header" >lie.pgm
    lies lie.pgm "lie.pgm: " "${picture[@]}"
done
printf 'P5\n99999999 99999999\n255\n' >lie.pgm
lies lie.pgm "lie.pgm: " "${picture[@]}"
for shape in '(16000, 16000)' '(100000, 16000)' '(1, 4294967296, 4294967296)' '(1073741824, 16, 16)'; do
    { npy_header '<f8' "$shape"; repeat 64 "$half"; } >lie.npy
    lies lie.npy "lie.npy: " "${picture[@]}" "denoise FILE -o out.npy --sigma 9" "train classify FILE FILE -o out.safetensors"
    gzip -c lie.npy >lie.npy.gz
    lies lie.npy.gz "lie.npy.gz: " "convert FILE -o out.npy"
done
printf '\x93NUMPY\x02\0\xf0\xff\xff\xff{' >long.npy
lies long.npy "long.npy: " "${picture[@]}"
printf '\0\0\x08\x03\x7f\xff\xff\xff\0\0\x40\0\0\0\x40\0ab' >lie.idx
lies lie.idx "lie.idx: " "convert FILE -o out.npy" "features FILE -o out.npy"
printf '\0\0\x08\x03\0\0\0\x02\0\0\x3e\x80\0\0\x3e\x80ab' | gzip >lie.idx.gz
lies lie.idx.gz "lie.idx.gz: " "features FILE -o out.npy"
# A gigabyte of zeros in a megabyte: members one after the other.
head -c 8388608 /dev/zero | gzip >part.gz
for ((i = 0; i < 128; i++)); do cat part.gz; done >bomb.gz
lies bomb.gz "bomb.gz: " "features FILE -o out.npy" "convert FILE -o out.npy"

# little COUNT: eight bytes
little() {
    local i
    for ((i = 0; i < 8; i++)); do printf "\\x$(printf %02x $((($1 >> (8 * i)) & 255)))"; done
}
models=("denoise good.pgm -o out.png --method learned --model FILE" "edges good.pgm -o out.png --method learned --model FILE"
    "predict FILE good.pgm" "sparse good.pgm --dictionary FILE -o out.npy" "evaluate pursuit FILE good.pgm" "info FILE")
tensors() { # HEADER: a file of this header and sixteen bytes
    { little ${#1}; printf '%s' "$1"; repeat 4 "$half"; } >lie.safetensors
}
{ little 4611686018427387904; printf '{}'; } >lie.safetensors
lies lie.safetensors "lie.safetensors: " "${models[@]}"
{ little 90000000; printf '{}'; } >lie.safetensors
lies lie.safetensors "lie.safetensors: " "${models[@]}"
tensors '{"a":{"dtype":"F32","shape":[1073741824],"data_offsets":[0,4294967296]}}'
lies lie.safetensors "lie.safetensors: " "${models[@]}"
tensors '{"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,16]}}'
lies lie.safetensors "lie.safetensors: " "${models[@]}"
deep=$(printf '%*s' 300000 '' | tr ' ' '[')
tensors "$deep"
lies lie.safetensors "lie.safetensors: " "${models[@]}"
# A pursuit of 4096 x 4096 atoms of 256 x 256, made of four numbers.
names='"architecture.codes1":"4096","architecture.codes2":"4096","architecture.codes3":"4096","architecture.side1":"256"'
names+=',"architecture.side2":"256","architecture.side3":"256","architecture.height":"32768","architecture.width":"32768"'
tensors "{\"__metadata__\":{\"format\":\"ondelet unrolled pursuit 1\",$names},\"parameters\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}"
lies lie.safetensors "4 parameters" "evaluate pursuit FILE good.pgm"

# @list: what is no list of files is not read to its end.
lies /dev/zero "line 1 is no path" "features @FILE -o out.npy"
lies lie.png "is no path" "features @FILE -o out.npy"

# What is long and narrow takes memory by its pixels, not by the square of its length.
{ printf 'P5\n20000 2\n255\n'; head -c 40000 /dev/zero; } >narrow.pgm
checks=$((checks + 1))
limited features narrow.pgm -o narrow.npy --scales 1 --quiet >stdout 2>stderr || fail "features of 2 x 20000 pixels: $(cat stderr)"

# Without the setting above, OpenBLAS starts threads that want memory of their own: the program still ends.
checks=$((checks + 1))
(ulimit -v 150000 && exec timeout 60 "$ONDELET" info good.pgm >stdout 2>stderr </dev/null)
found=$?
[ $found = 0 ] || [ $found = 1 ] || [ $found = 127 ] || fail "info in 150 MB of address space: exit $found"
