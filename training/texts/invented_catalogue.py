"""The demo's catalogue of courses: titles in three languages and half-days with their agenda, in words of our own."""

from __future__ import annotations

from typing import NamedTuple


class Course(NamedTuple):
    """A course: ``topic`` is the title of the topic whose trainings are made from it. A half-day is a title and its items."""

    code: str
    theme: str
    type: str
    topic: str
    fr: str
    ru: str
    objectives: str
    half_days: tuple[tuple[str, ...], ...]


COURSES = (
    Course("DOC-3", "BMV", "training_course", "Detection of forged documents",
           "Détection des faux documents", "Выявление поддельных документов",
           "Examine a document in two minutes, name three features that do not fit, and write it up so that a court can use it.",
           (("Paper, print and light", "What a genuine page is made of", "Under the lamp", "Ten specimens in pairs"),
            ("Photos and people", "Is it the holder?", "Look-alikes", "Practice at three desks"),
            ("Visas and residence permits", "Labels and stamps", "What is changed most", "Specimens from five countries"),
            ("Electronic passports", "What the chip says", "When it says nothing", "Reading with a phone"),
            ("Writing it up", "One page that lasts", "What a court asks", "Three cases"),
            ("A morning at the desk", "Forty documents, one hour", "Review", "What goes home with you"))),
    Course("RISK-4", "BMV", "training_workshop", "Risk analysis for border guards",
           "Analyse de risque pour gardes-frontières", "Анализ рисков для пограничников",
           "Turn what a shift sees into a profile that the next shift uses.",
           (("What we see, and what we write down", "A shift told in numbers", "Good and bad notes"),
            ("Indicators", "From a case to an indicator", "How many are too many?"),
            ("Profiles", "One page, five lines", "Testing it on last month"),
            ("Briefing a shift", "Five minutes", "Questions that come"),
            ("The case of the week", "Groups at work", "What is missing"),
            ("The case of the week, ended", "Each group briefs", "Vote"),
            ("Going home", "A plan of thirty days",))),
    Course("INV-3", "THB", "training_course", "How to investigate trafficking",
           "Enquêter sur la traite des êtres humains", "Расследование торговли людьми",
           "Build a case that does not rest on the victim's words alone.",
           (("The first report", "Who calls whom", "The first day"),
            ("Evidence beyond words", "Phones", "Rooms and rents"),
            ("Following the money", "Accounts", "Cash and couriers"),
            ("Working across a border", "Joint teams", "A letter that gets an answer"),
            ("A case from end to end", "Groups", "Review"),
            ("In front of a judge", "Three questions", "What held and what fell"))),
    Course("IDENT-2", "THB", "training_workshop", "First identification of victims",
           "Première identification des victimes", "Первичное выявление пострадавших",
           "Recognise signs, hold a first talk, and know whom to call.",
           (("Signs", "What one sees", "What one hears"),
            ("The first talk", "Where and with whom", "Ten questions"),
            ("Whom to call", "The chain here", "At night and on Sundays"),
            ("Practice", "Actors at three stations", "The card of ten questions"))),
    Course("COUN-3", "IMR", "training_workshop", "Return counselling",
           "Conseil au retour", "Консультирование по возвращению",
           "Counsel honestly about return: rights, ways, and help on arrival.",
           (("What counselling is, and what it is not", "Two talks compared"),
            ("Rights", "Time limits", "Appeals"),
            ("Help on arrival", "What there is", "What people ask"),
            ("Talks in pairs", "Cases from five countries"),
            ("Hard moments", "Anger", "Silence"),
            ("A plan with the person", "Work, housing, health"))),
    Course("MON-2", "IMR", "training_course", "Monitoring of forced returns",
           "Surveillance des retours forcés", "Наблюдение за принудительным возвращением",
           "Look at the right things before, during and after a flight, and report them.",
           (("Before the flight", "Papers", "The first talk"),
            ("On board", "Seats", "Means of restraint"),
            ("On arrival", "Handing over"),
            ("The report", "One page a day", "Words that stand"))),
    Course("INT-3", "ASY", "training_course", "Interview techniques",
           "Techniques d'entretien", "Техника собеседования",
           "Lead a personal interview that gives what a decision needs.",
           (("Before the interview", "The file", "The room"),
            ("Opening and free account", "Silence helps", "Practice"),
            ("Asking on", "Open questions", "Time lines"),
            ("Vulnerable applicants", "Signs", "Breaks"),
            ("With an interpreter", "Seats and turns", "Practice"),
            ("Closing", "What was missed", "Reading back"))),
    Course("EVID-3", "ASY", "training_course", "Evidence assessment",
           "Appréciation des preuves", "Оценка доказательств",
           "Say which facts are material, what supports them, and how a decision says so.",
           (("Material facts", "Six files"), ("Credibility", "Inside and outside the story"),
            ("Country information", "Weighing"), ("Writing", "A decision of four pages"),
            ("Six decisions", "Groups"), ("Before a judge", "What was overturned, and why"))),
    Course("PLAN-3", "MD", "training_workshop", "Migration in development planning",
           "La migration dans la planification du développement", "Миграция в планировании развития",
           "Write the chapter on migration of a national plan.",
           (("Where migration is already", "Six plans read"), ("Figures", "What is counted, what is not"),
            ("Goals", "Three that can be measured"), ("Money", "Whose budget line"),
            ("A chapter in a day", "Writing"), ("Chapters compared", "What goes home"))),
    Course("REMIT-2", "MD", "webinar", "Migration, remittances and development",
           "Migration, transferts de fonds et développement", "Миграция, денежные переводы и развитие",
           "Say what remittances do and do not do, with figures.",
           (("Figures of six countries", "Reading them"), ("What lowers the price", "Three cases"))),
    Course("INFO-2", "LMI", "training_workshop", "Safe and informed migration",
           "Migration sûre et informée", "Безопасная и осознанная миграция",
           "Reach people before they leave, with what they need to know.",
           (("What people ask", "Calls of a month"), ("What they should ask", "Contract and papers"),
            ("Reaching them in time", "Schools, offices, phones"), ("A leaflet in a day", "Writing and testing"))),
    Course("PRE-3", "LMI", "training_course", "Pre-departure support",
           "Accompagnement avant le départ", "Подготовка перед отъездом",
           "Design a course before departure for your own labour market.",
           (("The contract", "Line by line"), ("Rights", "Whom to call there"), ("Money", "First month"),
            ("Contacts", "Family and friends"), ("Designing a course", "Groups"), ("Trying it out", "With ten people who leave"))),
    Course("FLOW-2", "MIEUX2", "seminar", "Mixed migration flows",
           "Flux migratoires mixtes", "Смешанные миграционные потоки",
           "Agree who is responsible for whom, and when.",
           (("One road, many people", "Three journeys"), ("Who does what", "The chain drawn"),
            ("Where it breaks", "Two cases"), ("What we agree on", "One page, signed"))),
)  # fmt: skip
SERIES = "Detection of forged documents"
"""The topic that the demo holds as a series."""
