"""Files that people send to be kept, and odd ones."""
