"""The figures of the attendance report by name, and what each means: the same on the page and in every file."""

from __future__ import annotations

from training.text import Message, msg

FIGURES: tuple[tuple[Message, str], ...] = (
    (msg("Confirmed participants"), "confirmed"),
    (msg("Registered for trainings to come"), "to_come"),
    (msg("Participations (came at all)"), "participations"),
    (msg("Persons who came"), "persons"),
    (msg("Completed participations"), "completed"),
    (msg("Persons trained"), "persons_trained"),
    (msg("No-shows"), "no_shows"),
    (msg("Excused throughout"), "excused"),
    (msg("Not known yet"), "not_known"),
    (msg("Pending (a mark is missing or to come)"), "pending"),
    (msg("Dropped out"), "dropped_out"),
    (msg("Joined late"), "joined_late"),
    (msg("Attendance rate over confirmed, %"), "attendance_rate"),
    (msg("Attendance rate over attendees, %"), "attendance_rate_of_attendees"),
    (msg("Attendance rate, excused neutral, %"), "attendance_rate_excused_neutral"),
    (msg("Completion rate, %"), "completion_rate"),
    (msg("No-show rate, %"), "no_show_rate"),
    (msg("Person-hours"), "person_hours"),
    (msg("Hours in optional sessions"), "optional_hours"),
    (msg("Person-days"), "person_days"),
    (msg("Person-days (by hours)"), "days_by_hours"),
    (msg("Person-days (by half-days)"), "person_days_half"),
    (msg("Share of women, %"), "share_of_women"),
    (msg("Sex not recorded (persons who came)"), "sex_not_recorded"),
    (msg("Activities"), "activities"),
    (msg("Training days"), "training_days"),
    (msg("Fill rate, %"), "fill_rate"),
    (msg("Use of kept seats, %"), "seat_use"),
)
"""What the summary states, in order: (name, attribute of the totals)."""
VERSION = "D4"
"""Raise the number whenever the meaning of a figure changes, and tell of it in docs/figures.md."""

BY_THEME = msg(
    "Each training counts once, under the tag that it carries, so the lines add up to all participations."
)
"""How tables by theme count, also where a multi-thematic programme has trainings that are tagged with an area."""
DEFINITIONS: tuple[tuple[Message, Message], ...] = (
    (
        msg("Confirmed participants"),
        msg(
            "People who were expected at a compulsory session that has begun, or were marked in one. "
            "Each person counts once in a training. Nobody counts in a training that has not begun. "
            "Confirmed participants are those who came, of whom it is not known yet, excused throughout, and no-shows."
        ),
    ),
    (
        msg("Registered for trainings to come"),
        msg(
            "People with a confirmed seat in a training whose first compulsory session has not begun. "
            "They are not among the confirmed participants. Tables of the spreadsheet and of the files have a line "
            "for them; the page and the PDF list the lines with participants."
        ),
    ),
    (
        msg("Participation"),
        msg(
            "One person in one training with more than 0 attended minutes. "
            "Somebody who came to three trainings counts three times."
        ),
    ),
    (
        msg("Persons trained"),
        msg(
            "People with at least one completed training in the selection. "
            "Each person counts once, so rows do not add up to the total."
        ),
    ),
    (
        msg("Completed"),
        msg(
            "The attended minutes are at least the required percentage of the minutes of all compulsory sessions that "
            "were not called off. Exactly this percentage is enough. "
            "The result is pending while a mark is missing or to come."
        ),
    ),
    (
        msg("Dropped out"),
        msg(
            "Came, did not complete, and gave the seat up or stayed away on the last day. "
            "The time until then counts."
        ),
    ),
    (
        msg("Joined late"),
        msg("Came, and was confirmed only after the first compulsory session had begun."),
    ),
    (
        msg("Not known yet"),
        msg("Has not come so far, and a mark is missing or a session is still to come."),
    ),
    (
        msg("Attendance rate over confirmed"),
        msg(
            "Attended minutes ÷ due minutes of all confirmed participants. "
            "Due are the sessions with a mark, and those that ended without the person. Excused counts as missed."
        ),
    ),
    (
        msg("Attendance rate over attendees"),
        msg("Attended minutes ÷ due minutes of those who came at all."),
    ),
    (msg("Excused neutral"), msg("The same with excused sessions left out of the due minutes.")),
    (msg("Person-hours"), msg("Attended minutes ÷ 60, breaks not counted.")),
    (
        msg("Hours in optional sessions"),
        msg(
            "Attended minutes of sessions that nobody must come to ÷ 60. They enter no other figure. "
            "Whoever came to optional sessions only counts here, and is no participant."
        ),
    ),
    (
        msg("Person-days"),
        msg(
            "Each programme says how its days are counted. By hours: attended minutes ÷ the minutes of its training day. "
            "By half-days: half a day for every half of a day attended. The halves meet at 13:00, and a session lies "
            "in a half with at least 60 of its minutes. "
            "Each half of a day counts once for a person, whatever trainings it was spent in."
        ),
    ),
    (
        msg("Not recorded"),
        msg(
            "A cell without a mark. It does not mean absent. It is left out of every rate, and the result is pending."
        ),
    ),
    (
        msg("Late and left early"),
        msg(
            "Minutes by the recorded times; without a time the programme's default is deducted and the mark is estimated."
        ),
    ),
    (
        msg("Share of women"),
        msg("Women ÷ persons who came whose sex is recorded. Each person counts once."),
    ),
    (
        msg("Activities and training days"),
        msg(
            "Trainings in which somebody was there, and the days of each on which somebody was there. "
            "Two trainings on the same three days are six training days."
        ),
    ),
    (
        msg("Fill rate and use of kept seats"),
        msg(
            "Participations ÷ seats of the trainings of which a session has ended; and participations of the agencies "
            "for which seats were kept ÷ these seats. A dash stands where no seats can be counted."
        ),
    ),
    (msg("By theme"), BY_THEME),
    (msg("Period"), msg("A training belongs to the period of its last day.")),
    (msg("Confidential agencies"), msg("Their people are counted; their names are left out.")),
)
