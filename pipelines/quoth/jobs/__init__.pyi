__all__ = [
    "Executor",
    "JobFile",
    "JobPlan",
    "JobProgress",
    "JobReport",
    "Performer",
    "SummaryJob",
    "SummaryTask",
    "TaskResult",
    "ThreadExecutor",
    "find_job",
    "read_job",
    "read_job_settings",
]

from .executors import Executor, ThreadExecutor
from .file import JobFile, find_job, read_job, read_job_settings
from .job import SummaryJob
from .report import JobPlan, JobProgress, JobReport
from .task import Performer, SummaryTask, TaskResult
