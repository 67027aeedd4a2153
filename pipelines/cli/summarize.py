"""`carrel summarize`."""

import typer


def register(app: typer.Typer) -> None:
    app.command()(summarize)


def summarize(paths: list[str]) -> int:
    return 0
