"""The conformance suite of a loader."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from quoth.errors import DocumentError
from quoth.load import LoaderPool, load_document
from quoth.types import Document


class LoaderConformance:
    """The contract of a loader. Name your subclass `Test…` and implement the first two methods.

    The loader is found by its suffix, as in `quoth ingest`.
    """

    pages: int = 1
    """The number of pages of the sample."""

    def write_sample(self, folder: Path) -> Path:
        """Write a file of the format, and return its path."""
        raise NotImplementedError("A conformance suite needs a file: override `write_sample`.")

    def write_broken(self, folder: Path) -> Path | None:
        """Write a file with the suffix of the format that cannot be read; `None` if all can."""
        return None

    def setup_method(self) -> None:
        """Make a folder for the files of one test."""
        self._folder = TemporaryDirectory(prefix="quoth-")
        self.folder = Path(self._folder.name)

    def teardown_method(self) -> None:
        """Delete the folder."""
        self._folder.cleanup()

    def test_reads_pages_with_text(self) -> None:
        path = self.write_sample(self.folder)
        document = load_document(path)
        assert document.source == str(path)
        assert document.title
        assert document.format
        assert [page.number for page in document.pages] == list(range(1, self.pages + 1))
        assert any(page.text.strip() for page in document.pages)

    def test_headings_are_inside_their_page(self) -> None:
        for page in load_document(self.write_sample(self.folder)).pages:
            starts = [heading.start for heading in page.headings]
            assert starts == sorted(starts)
            assert all(0 <= start < len(page.text) for start in starts)

    def test_reads_the_same_each_time(self) -> None:
        path = self.write_sample(self.folder)
        assert load_document(path) == load_document(path)

    def test_reads_in_a_process_of_its_own(self) -> None:
        path = self.write_sample(self.folder)
        with LoaderPool(workers=1) as pool:
            ((_, document),) = pool.load_all([path])
        assert isinstance(document, Document)
        assert document == load_document(path)

    def test_leaves_the_file_as_it_is(self) -> None:
        path = self.write_sample(self.folder)
        before = path.read_bytes()
        load_document(path)
        assert path.read_bytes() == before
        assert list(self.folder.iterdir()) == [path]

    def test_makes_one_error_of_a_broken_file(self) -> None:
        path = self.write_broken(self.folder)
        if path is None:
            return
        try:
            load_document(path)
        except DocumentError as error:
            assert path.name in str(error)
        else:
            raise AssertionError("a broken file was read")
