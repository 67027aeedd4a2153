__all__ = [
    "Executor",
    "JobFile",
    "JobPlan",
    "JobProgress",
    "JobReport",
    "MachineReport",
    "OutputFolder",
    "Performer",
    "ReadDocument",
    "SummaryJob",
    "SummaryTask",
    "TaskResult",
    "ThreadExecutor",
    "calling_when_done",
    "common_folder",
    "example_jobs",
    "find_job",
    "leave_out_outputs",
    "read_job",
    "read_job_settings",
]

from .executors import Executor, ThreadExecutor
from .file import JobFile, example_jobs, find_job, read_job, read_job_settings
from .job import SummaryJob
from .names import common_folder
from .on_done import calling_when_done
from .outputs import OutputFolder, leave_out_outputs
from .report import JobPlan, JobProgress, JobReport, MachineReport
from .task import Performer, ReadDocument, SummaryTask, TaskResult
