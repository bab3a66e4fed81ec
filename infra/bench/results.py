"""What every benchmark prints: one JSON line for each metric, with what it is compared with."""

import json
import sys


def report(
    *, bench: str, metric: str, value: float, unit: str, reference: float | None = None, reference_is: str = ""
) -> None:
    line = {"bench": bench, "metric": metric, "value": _rounded(value), "unit": unit}
    line |= {"reference": _rounded(reference), "ratio": _rounded(value / reference) if reference else None}
    if reference_is:
        line["reference_is"] = reference_is
    print(json.dumps(line), flush=True)


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
