# SPDX-License-Identifier: BSD-3-Clause
make_pgm a.pgm 6 9
mkdir folder
cp a.pgm folder/b.pgm
expect 0 info a.pgm folder --json
expect_lines 2 stdout
expect_text stdout '{"schema": 1, "file": "a.pgm", "kind": "picture", "format": "pnm", "height": 6, "width": 9, "channels": 1, "bit_depth": 8'
{ npy_header '<f4' '(2, 3)'; printf "$nan$one$half$two$one"; printf '\x00\x00\x80\x7f'; } >a.npy
expect 0 info a.npy --json
expect_text stdout '"kind": "array", "format": "npy", "shape": [2, 3], "sample_maximum": null, "minimum": 0.5, "maximum": 2.0, "mean": 1.125, "nan": 1, "infinite": 1'
expect 0 info a.npy
expect_text stdout "a.npy: array (npy), 2 x 3, values 0.5..2, mean 1.125, 1 NaN, 1 infinite"
printf '\x00\x00\x08\x01\x00\x00\x00\x03\x01\x02\x09' >labels.idx
expect 0 info labels.idx
expect_text stdout "array (idx), 3, integers 0..255, values 1..9, mean 4"
npy_header '<f4' '(0, 3)' >empty.npy
expect 0 info empty.npy --json
expect_text stdout '"shape": [0, 3]'
expect_text stdout '"minimum": null'

tensors() { # HEADER DATA: a safetensors file on stdout
    printf "\\x$(printf %02x "${#1}")\0\0\0\0\0\0\0%s" "$1"
    printf "$2"
}
tensors '{"__metadata__":{"kind":"head"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}' "$one$two" >m.safetensors
expect 0 info m.safetensors
expect_text stdout "m.safetensors: model (safetensors), 1 tensors, 2 numbers"
expect_text stdout "  kind: head"
expect_text stdout "  w  2 x 1"
expect 0 info m.safetensors --json
expect_text stdout '"kind": "model", "format": "safetensors", "metadata": {"kind": "head"}, "tensors": [{"name": "w", "shape": [2, 1]}]'
head -c 101 m.safetensors >cut.safetensors
refused 1 "cut.safetensors: the header declares 8 bytes of data" info cut.safetensors
