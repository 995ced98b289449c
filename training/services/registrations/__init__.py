"""Registrations of people for trainings, the seats, and the reserve list.

Seats are counted under the training's lock, so no training is ever oversold. A seat that becomes free goes to the next
in line in the same unit of work. Each step of a registration is kept with who took it, when and why.

- ``steps``: the single steps of a registration, and what may refuse them
- ``visible``: which registrations somebody may see
- ``seats``: who may take a seat, and what the pages show of seats
- ``elsewhere``: who has a seat in another training at the same hours
- ``reserve_list``: who is next in line, and who gets a seat that is free
- ``kept_seats``: seats kept for an agency or a country, changed and released
- ``why_waiting``: why somebody has no seat yet
- ``seat_requests``: agencies give seats back or ask for more
- ``submissions``: people are submitted, returned, submitted again and withdrawn
- ``decisions``: many registrations are decided on at once
- ``drafts``: people whom an agency has not submitted yet
- ``late_changes``: a substitute takes a seat, a person at the door is added
- ``by_link``: what a registered person does by the signed link
- ``reminders``: letters before a deadline or a start
"""
