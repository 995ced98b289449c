"""What the demo's trainings and programmes are about: topics of the field, in words of our own."""

from __future__ import annotations

from typing import NamedTuple


class Topic(NamedTuple):
    """What a training is about: its theme, title, activity type, and what it says of itself."""

    theme: str
    title: str
    type: str
    description: str


ONLINE = frozenset({"webinar", "e_learning"})
"""The activity types that need no place."""

# a training of the MIEUX2 programme has an area as its theme, or MIEUX2 itself
TOPICS = (
    Topic("BMV", "Detection of forged documents", "training_course",
          "Security features of passports, visas and residence permits, looked at under the lamp and the magnifier. "
          "Everybody examines thirty specimens and writes up three of them.\n\n"
          "For officers of the first and the second line who check documents every day."),
    Topic("BMV", "Risk analysis for border guards", "training_workshop",
          "From what is seen at the border to a risk profile that a shift can use. Groups work on one case through the "
          "whole week and brief each other at its end.\n\n"
          "For analysts and heads of shift; a year at a border crossing point is expected."),
    Topic("BMV", "Contingency planning at checkpoints", "training_workshop",
          "What a checkpoint does when a thousand people arrive in a night. Plans of three checkpoints are compared, and "
          "one is tried in a table-top exercise.\n\n"
          "For commanders of checkpoints and for those who plan staff and stores."),
    Topic("BMV", "Document security: train the trainers", "train_the_trainers",
          "How to teach what one knows: lesson plans, exercises with specimens, feedback. Everybody teaches one lesson "
          "and is coached on it.\n\n"
          "For document examiners who will train colleagues at home within half a year."),
    Topic("THB", "How to investigate trafficking", "training_course",
          "An investigation step by step: first report, evidence beyond the victim's words, money, joint teams.\n\n"
          "For investigators and prosecutors, two from each agency, who will work on cases together."),
    Topic("THB", "First identification of victims", "training_workshop",
          "Signs that somebody may be a victim, the first talk, and whom to call. The participants leave with a card "
          "of ten questions in their language.\n\n"
          "For police, border guards, labour inspectors and social workers who meet people first."),
    Topic("THB", "Transnational referral mechanism", "seminar",
          "Who does what when a victim is found in one country and goes home to another. Two countries at a time draw "
          "their chain, and look for the link that is missing.\n\n"
          "For national coordinators and the organisations that shelter victims."),
    Topic("THB", "Interviewing victims with care", "training_workshop",
          "Preparing the room, building trust, asking open questions, and knowing when to stop. Actors play the "
          "witnesses.\n\n"
          "For interviewers who have led at least five interviews."),
    Topic("IMR", "Return counselling", "training_workshop",
          "Honest counselling about return: rights, ways and help on arrival. Practised in pairs with cases from five "
          "countries.\n\n"
          "For counsellors of state services and of civil society."),
    Topic("IMR", "Monitoring of forced returns", "training_course",
          "What a monitor looks at before, during and after a flight, and how to report it.\n\n"
          "For monitors and for escort leaders, who learn it side by side."),
    Topic("IMR", "Managing accommodation facilities", "study_visit",
          "Three days in two facilities of the host: reception, care, safety and complaints, with the people who run "
          "them. Each delegation notes what it will change at home.\n\n"
          "For directors of facilities and those who oversee them."),
    Topic("IMR", "Reintegration planning", "seminar",
          "How help on return becomes a plan with the person: work, housing, health, and who follows it up.\n\n"
          "For case officers in the countries of origin."),
    Topic("ASY", "Interview techniques", "training_course",
          "The personal interview in asylum procedures, from the opening to the closing questions, with vulnerable "
          "applicants in mind.\n\n"
          "For case officers in their first two years."),
    Topic("ASY", "Evidence assessment", "training_course",
          "Which facts are material, what supports them, and how a decision says so. Six decisions are written and "
          "discussed.\n\n"
          "For case officers and for judges of first instance."),
    Topic("ASY", "Introduction to country information", "e_learning",
          "Finding, weighing and quoting information about countries of origin. Three mornings online with an exercise "
          "after each.\n\n"
          "For researchers and case officers; a computer and a quiet room are enough."),
    Topic("ASY", "Interpreting in the asylum context", "coaching",
          "Interpreters and case officers practise together: roles, notes, and what to do when words fail.\n\n"
          "For interpreters of asylum authorities and the officers who work with them."),
    Topic("MD", "Migration, remittances and development", "webinar",
          "What remittances do and don't do, told with the figures of six countries. Three mornings online.\n\n"
          "For ministries of finance, of labour and of the diaspora."),
    Topic("MD", "Working with the diaspora", "study_visit",
          "A visit to a host that has worked with its diaspora for twenty years: register, investment desk, summer "
          "schools.\n\n"
          "For heads of unit who build such services at home."),
    Topic("MD", "Migration in development planning", "training_workshop",
          "Where migration belongs in a national plan. Each country brings a chapter and takes a better one home.\n\n"
          "For planners and statisticians."),
    Topic("LMI", "Safe and informed migration", "training_workshop",
          "What people should know before they leave for work, and how to reach them in time.\n\n"
          "For staff of employment offices and information centres."),
    Topic("LMI", "Pre-departure support", "training_course",
          "Courses before departure: contract, rights, money, contacts. The participants design one for their own "
          "labour market.\n\n"
          "For those who prepare workers and students for departure."),
    Topic("LMI", "Integration of migrants", "study_visit",
          "Three days with a town that welcomes newcomers: language, school, work and neighbourhoods.\n\n"
          "For ministries and local authorities."),
    Topic("MIEUX2", "Mixed migration flows", "seminar",
          "Refugees, workers and victims of trafficking travel the same roads. Services of one country work out "
          "together who is responsible for whom, and when.\n\n"
          "For border, asylum and labour services of the same country."),
    Topic("MIEUX2", "Migration governance across ministries", "training_workshop",
          "One strategy instead of five: tasks, data and money between ministries, with an action plan at the end.\n\n"
          "For directors of the ministries that have a say in migration."),
)  # fmt: skip


class Frame(NamedTuple):
    """A programme: its code, title, theme, donor, what it is for, and who owns it too."""

    code: str
    title: str
    theme: str
    donor: str
    objectives: str
    joint_owner: str = ""


PROGRAMMES = (
    Frame("MX2", "MIEUX II: expertise on migration", "MIEUX2", "European Commission (demo)",
          "Partner countries ask for expertise, and peers from other administrations bring it. By its end, services "
          "that deal with irregular and mixed migration have people who can train others, and procedures that they "
          "agreed on together.",
          "Directorate for Cooperation on Migration (demo)"),
    Frame("BORD", "Borders that work", "BMV", "Fund for Borders (demo)",
          "Checks at crossing points find more forged documents and take less of travellers' time. Six border services "
          "have analysts and document examiners of their own who pass on what they know."),
    Frame("SAFE", "Against trafficking together", "THB", "Safety Foundation (demo)",
          "Victims are recognised at first contact and referred to help within a day. Investigators, prosecutors and "
          "shelters of neighbouring countries know each other and work on cases together."),
    Frame("RETURN", "Return with dignity", "IMR", "Return Facility (demo)",
          "Return is counselled, monitored and followed by a plan. Every participating service has trained counsellors, "
          "and monitors who report independently."),
    Frame("PROTECT", "Protection that holds", "ASY", "Asylum Trust (demo)",
          "Decisions on protection rest on sound interviews and evidence, so that fewer of them are overturned. Case "
          "officers, interpreters and judges are trained to the same standard."),
    Frame("DIAS", "Diaspora for development", "MD", "Development Bank (demo)",
          "Ministries plan with migration in mind and work with their diaspora. Six countries have a unit that does so, "
          "with trained staff and a budget line."),
    Frame("WORK", "Legal paths to work", "LMI", "Labour Fund (demo)",
          "People who leave for work know their contract, their rights and whom to call. Employment offices prepare them "
          "before departure, and towns receive them well."),
    Frame("BORD2", "Borders and visas, second phase", "BMV", "Fund for Borders (demo)",
          "What the first phase began goes on without its trainers: national trainers teach, and visa sections and "
          "border posts use one set of risk profiles."),
)  # fmt: skip

WHO_SHOULD_COME = {
    "IMR": "Case officers and counsellors of return units, and those who monitor returns. Two years in the service.",
    "THB": "Investigators, prosecutors, and staff of shelters who meet victims first. Mixed teams are welcome.",
    "BMV": "Officers of the first and second line at crossing points, document examiners, and staff of visa sections.",
    "ASY": "Case officers who interview applicants, interpreters who work with them, and judges of asylum cases.",
    "MD": "Staff of ministries who plan development or work with the diaspora, and of towns that host migrants.",
    "LMI": "Counsellors of employment offices, labour inspectors, and staff of towns who receive newcomers.",
    "MIEUX2": "Officials named by the administration that asked for the expertise, with a task in carrying it on.",
}
"""For whom the demo's trainings are, by the code of their theme."""
