"""The commands. Scripts can rely on the exit status: 0 done, 1 refused (reasons on stderr), 2 wrong usage.

- ``refusals``: a refusal is a sentence on stderr
- ``attendance``: the attendance report as a file
- ``commands``: all others; the application registers them
"""
