"""What every process of a fleet imports, loaded once in the process that they are forked from."""

from quoth.fleet.engine import prepare_engine

prepare_engine()

import quoth.fleet.head  # noqa: E402
import quoth.fleet.worker  # noqa: E402
import quoth.jobs.job  # noqa: E402, F401
