"""What the benchmarks share: what machine this is, medians, where results go."""
import json
import os
import platform
import statistics
import resource
import subprocess
import time


def machine():
    with open("/proc/cpuinfo") as lines:
        model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    compiler = subprocess.run(["cc", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    return {"machine": f"{model}, {os.cpu_count()} cores", "compiler": compiler, "commit": commit}


def ondelet_start(program, *arguments):
    """Starts a program of ours; what is returned waits for its JSON line."""
    process = subprocess.Popen([f"build/bench/bench/{program}", *map(str, arguments)], stdout=subprocess.PIPE, text=True)

    def finish():
        text = process.communicate()[0]
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, program)
        return json.loads(text)
    return finish


def ondelet(program, *arguments):
    return ondelet_start(program, *arguments)()


def process_seconds(*arguments):
    """Processor time and time on the clock of one run of the program, and what it printed."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(["build/bench/ondelet", *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True,
                          env={**os.environ, "ONDELET_MODELS": "models"})
    elapsed, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, elapsed, done.stdout


def print_table(title, names, columns, row, results):
    """A line per name; a column is what its ending makes of the name."""
    print(f"{title}; {results.about['machine']}")
    print(f"{'':>20} " + " ".join(f"{text:>12}" for text in columns))
    for name in names:
        values = [row.get(name + ending) for ending in columns.values()]
        print(f"{name:>20} " + " ".join(f"{'' if value is None else f'{value:.4g}':>12}" for value in values))


def summarise(found):
    """Medians of lists of numbers, and from where to where they went."""
    row = {name: float(f"{statistics.median(values):.5g}") for name, values in found.items()}
    row["spread"] = {name: [float(f"{min(v):.4g}"), float(f"{max(v):.4g}")] for name, v in found.items()}
    return row


class Results:
    """Appends rows to bench/results/NAME.jsonl as they come."""

    def __init__(self, name):
        os.makedirs("bench/results", exist_ok=True)
        self.path = f"bench/results/{name}.jsonl"
        self.name = name
        self.about = machine()

    def add(self, row):
        with open(self.path, "a") as file:
            file.write(json.dumps({"benchmark": self.name, **row, **self.about}) + "\n")
