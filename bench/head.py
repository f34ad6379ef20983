"""Scattering features of MNIST and what is trained on them: ondelet beside scikit-learn and PyTorch, by turns in one run.

Features (J = 2, L = 8, order 2) of all digits, then heads from the same feature file. Ours are whole processes: reading,
map, scaling, projection to 512 components, training, validation, writing. The peers find the features in memory, mapped
and scaled as ours maps them (signed root, zero mean, unit variance), which is not in their times: ridge and logistic
regression of scikit-learn, and its projection to 512 components with PyTorch's network of one hidden layer of 512
behind it, trained like ours. Seconds of processor time with one thread, on the clock with two (features and network);
errors in percent on the test digits. Prints a table and appends a JSON line to bench/results/head.jsonl.
usage: head.py ROUNDS yes|no (peers) [DIGITS]   (60000 where not given; test: all 10000)
"""
import gzip
import json
import sys
import tempfile
import time

import numpy as np

from common import Results, print_table, process_seconds, summarise

DATA = "../shared/data/mnist/"
KINDS = ["network", "linear", "ridge", "kernel"]
EPOCHS, BATCH, HIDDEN, COMPONENTS = 15, 128, 512, 512


def digits(name, count):
    with gzip.open(f"{DATA}{name}-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28)[:count]
    with gzip.open(f"{DATA}{name}-labels-idx1-ubyte.gz") as file:
        return images, np.frombuffer(file.read(), np.uint8, offset=8)[:count]


def write_features(folder, name, threads):
    return process_seconds("features", f"{folder}/{name}.images.npy", "-o", f"{folder}/{name}.npy", "--scales", 2,
                           "--threads", threads, "--force", "--quiet")[:2]


def train_ours(folder, kind, threads):
    """Processor time, time on the clock, error in percent."""
    model = f"{folder}/model.safetensors"
    used, elapsed, _ = process_seconds("train", "classify", f"{folder}/train.npy", f"{folder}/train.labels.npy", "-o",
                                       model, "--kind", kind, "--threads", threads, "--force", "--quiet")
    report = process_seconds("evaluate", model, f"{folder}/test.npy", f"{folder}/test.labels.npy", "--json")[2]
    return used, elapsed, 100 * json.loads(report.splitlines()[-1])["error"]


def prepared(folder):
    """The signed roots of the features, standardised by the training digits; what ours starts from."""
    train, test = (np.load(f"{folder}/{name}.npy") for name in ("train", "test"))
    train, test = (values.reshape(len(values), -1) for values in (train, test))
    for values in (train, test):
        np.copysign(np.sqrt(np.abs(values)), values, out=values)
    mean, deviation = train.mean(0), train.std(0) + 1e-6
    for values in (train, test):
        values -= mean
        values /= deviation
    return train, test


def ridge(train, labels, test):
    from sklearn.linear_model import RidgeClassifier
    return RidgeClassifier(alpha=1).fit(train, labels).predict(test)


def logistic(train, labels, test):
    from sklearn.linear_model import LogisticRegression
    return LogisticRegression(max_iter=100).fit(train, labels).predict(test)


def network(train, labels, test):
    import torch
    from sklearn.decomposition import PCA
    torch.set_num_threads(1)
    torch.manual_seed(0)
    projection = PCA(COMPONENTS, svd_solver="covariance_eigh").fit(train)
    inputs = torch.from_numpy(projection.transform(train).astype(np.float32))
    wanted = torch.from_numpy(labels.astype(np.int64))
    layers = torch.nn.Sequential(torch.nn.Linear(COMPONENTS, HIDDEN), torch.nn.ReLU(), torch.nn.Linear(HIDDEN, 10))
    optimizer = torch.optim.AdamW(layers.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS)
    for _ in range(EPOCHS):
        for chosen in torch.randperm(len(inputs)).split(BATCH):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(layers(inputs[chosen]), wanted[chosen]).backward()
            optimizer.step()
        schedule.step()
    with torch.no_grad():
        return layers(torch.from_numpy(projection.transform(test).astype(np.float32))).argmax(1).numpy()


PEERS = {"sklearn_ridge": ridge, "sklearn_logistic": logistic, "torch_network": network}


def measure_ours(folder, note):
    note("ondelet_features", write_features(folder, "train", 1)[0])
    note("ondelet_features_2_threads", write_features(folder, "train", 2)[1])
    for kind in KINDS:
        used, _, error = train_ours(folder, kind, 1)
        note(f"ondelet_{kind}", used)
        note(f"ondelet_{kind}_error", error)
    note("ondelet_network_2_threads", train_ours(folder, "network", 2)[1])


def measure_peers(folder, labels, test_labels, note):
    train, test = prepared(folder)
    for name, function in PEERS.items():
        begin = time.process_time()
        predicted = function(train, labels, test)
        note(name, time.process_time() - begin)
        note(f"{name}_error", 100 * float(np.mean(predicted != test_labels)))


def main():
    rounds, peers = int(sys.argv[1]), sys.argv[2] == "yes"
    results, found = Results("head"), {}
    images, labels = digits("train", int(sys.argv[3]) if len(sys.argv) > 3 else 60000)
    test_images, test_labels = digits("t10k", 10000)

    def note(name, value):
        print(f"{name} {value:.4g}", file=sys.stderr, flush=True)
        found.setdefault(name, []).append(value)

    with tempfile.TemporaryDirectory() as folder:
        for name, of, classes in (("train", images, labels), ("test", test_images, test_labels)):
            np.save(f"{folder}/{name}.images.npy", of)
            np.save(f"{folder}/{name}.labels.npy", classes)
        write_features(folder, "test", 1)
        for _ in range(rounds):
            measure_ours(folder, note)
            if peers:
                measure_peers(folder, labels, test_labels, note)
    row = {"digits": len(images), "scales": 2, "rounds": rounds, **summarise(found)}
    results.add(row)
    names = ["ondelet_features"] + [f"ondelet_{kind}" for kind in KINDS] + list(PEERS if peers else ())
    columns = {"CPU s": "", "2 threads s": "_2_threads", "error %": "_error"}
    print_table(f"MNIST, {len(images)} digits, {rounds} rounds", names, columns, row, results)


if __name__ == "__main__":
    main()
