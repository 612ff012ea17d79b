"""Work that takes time: jobs with steps, progress, cancel, result and log; their history and their journal."""
