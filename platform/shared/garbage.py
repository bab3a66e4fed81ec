"""Python's collector of cycles, called seldom."""

import gc


def collect_seldom() -> None:
    """For a process that serves: once it has loaded everything.

    By default each 700 new objects are looked through, and now and then all of Django with them: a third of the time
    that reading a file takes, and a tenth of a second in the midst of somebody's page.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
