"""Files that people send to be kept: checked (``check``, ``child``), and kept on disk by their content (``store``).

- ``child``: the limited process that opens a file
- ``check``: what may be kept: by the name's ending, by the first bytes, and by reading the file in that process
- ``store``: the folder of contents
"""
