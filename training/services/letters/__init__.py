"""What is written to whom about trainings, and the outbox that sends it.

A letter is stored in the same unit of work as the change that it tells of. One unit of work makes one letter for each
agency, and a letter to an agency names its own people only.

- ``delivery``: how a letter leaves, and what a failure means
- ``written``: a letter with its senders, its reader and its links, as it leaves
- ``outbox``: mail as rows, checked once more and sent by the worker
- ``timetables``: the timetable as letters say it
- ``parts``: what a letter says of a training, and to whom each copy goes
- ``of_changes``: who hears of what differs in a timetable, and what each is told
- ``of_zone_rules``: what is told when the rules of clocks change
- ``to_people``: letters to the registered people themselves, and to those who teach
- ``samples``: letters with invented people, to look at before any is sent
- ``of_steps``: what is told of the steps of registrations
- ``notices``: from the notes of a unit of work to its letters
- ``bounces``: letters that came back, and whose address it is
- ``trial``: a test letter to oneself
- ``again``: what registered people are told anew when their link or their address changes
"""
