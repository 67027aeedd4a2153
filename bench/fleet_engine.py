"""What Dask alone costs its scheduler for a task: the floor of what a document costs a head.

The tasks sleep for 50 ms, as the calls of `bench.fleet`, and take 3 kB, as a document would. Dask
has its own settings, but TLS and no dashboard. Run it with `python -m bench.fleet_engine`.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import psutil
from distributed import Client, Scheduler, Worker, wait
from quoth.fleet import make_token

logging.disable(logging.CRITICAL)
TASK_SECONDS = 0.05
TASK_BYTES = 3000
_PROCESSES = multiprocessing.get_context("spawn")


def sleep_a_while(body: bytes) -> None:
    time.sleep(TASK_SECONDS)


def be_scheduler(token: Path, address: Any) -> None:
    async def serve() -> None:
        security = make_token(token).security()
        options: dict[str, Any] = {
            "dashboard": False,
            "host": "127.0.0.1",
            "protocol": "tls",
            "port": 0,
        }
        async with Scheduler(security=security, **options) as scheduler:
            address.send(scheduler.address)
            await scheduler.finished()

    asyncio.run(serve())


def be_worker(token: Path, scheduler: str) -> None:
    async def work() -> None:
        security = make_token(token).security()
        options: dict[str, Any] = {"nthreads": 1, "host": "127.0.0.1", "dashboard": False}
        async with Worker(scheduler, security=security, **options) as worker:
            await worker.finished()

    asyncio.run(work())


@contextmanager
def running(token: Path, workers: int) -> Iterator[tuple[str, psutil.Process]]:
    """Run a scheduler and workers within the block; give its address and its process."""
    near, far = multiprocessing.Pipe()
    scheduler = _PROCESSES.Process(target=be_scheduler, args=(token, far), daemon=True)
    processes: list[BaseProcess] = [scheduler]
    try:
        scheduler.start()
        address = near.recv()
        for _ in range(workers):
            processes.append(
                _PROCESSES.Process(target=be_worker, args=(token, address), daemon=True)
            )
            processes[-1].start()
        yield address, psutil.Process(scheduler.pid)
    finally:
        for process in processes:
            process.kill()
            process.join()


async def measure(token: Path, address: str, scheduler: psutil.Process, options: Any) -> None:
    security = make_token(token).security()
    async with Client(address, security=security, asynchronous=True) as client:
        await client.wait_for_workers(options.workers)
        before, begin = sum(scheduler.cpu_times()[:2]), time.perf_counter()
        bodies = [os.urandom(TASK_BYTES) for _ in range(options.tasks)]
        await wait(client.map(sleep_a_while, bodies, pure=False))
        took = time.perf_counter() - begin
        spent = sum(scheduler.cpu_times()[:2]) - before
    pace, each = options.tasks / took, 1000 * spent / options.tasks
    print("| workers | tasks/s | scheduler |\n|---|---|---|")
    print(f"| {options.workers} | {pace:.1f} | {each:.2f} ms |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--tasks", type=int, default=2000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="quoth-bench-") as place:
        token = Path(place) / "token"
        make_token(token)
        with running(token, options.workers) as (address, scheduler):
            asyncio.run(measure(token, address, scheduler, options))


if __name__ == "__main__":
    main()
