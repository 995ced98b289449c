"""What stands in a time, as plain data: the facts that the rules about clashes compare.

Nothing is stored here. However many sessions somebody asks about, the facts take at most eight statements.

- ``slots``: sessions, rooms and trainers as the rules see them
- ``clash_facts``: what stands around sessions, and who has a seat in two trainings at once
"""
