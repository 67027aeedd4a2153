__all__ = [
    "JobReport",
    "Progress",
    "SummaryJob",
    "find_job",
    "read_job",
    "settings_of",
]

from .file import find_job, read_job, settings_of
from .run import JobReport, Progress, SummaryJob
