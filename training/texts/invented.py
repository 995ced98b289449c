"""What demo data are made of: invented countries, agencies and names.

The countries bear codes that ISO 3166 leaves to users, so that nobody takes them for real ones.
"""

from __future__ import annotations

AGENCY_NAMES = (
    ("border_guard", "BMV", "State Border Service of {}"), ("migration_service", "IMR", "Migration Service of {}"),
    ("police", "THB", "National Police of {}"), ("ministry", "LMI", "Ministry of Labour of {}"),
    ("asylum_authority", "ASY", "Asylum Office of {}"), ("anti_trafficking", "THB", "Anti-Trafficking Unit of {}"),
    ("customs", "BMV", "Customs Service of {}"), ("ministry", "MD", "Ministry of Diaspora of {}"),
    ("civil_society", "THB", "Safe Harbour {}"), ("training_academy", "BMV", "Border Academy of {}"),
    ("labour_inspectorate", "LMI", "Labour Inspectorate of {}"), ("judiciary", "ASY", "Administrative Court of {}"),
    ("ministry", "MIEUX2", "Ministry of the Interior of {}"), ("migration_service", "MIEUX2", "Migration Council of {}"),
)  # fmt: skip

FAMILY = {
    "latin": ("Ashgrove", "Brennholt", "Castellane", "Dunmore", "Eskildal", "Farrowby", "Gravenor", "Hallström", "Ilvesaro",
              "Jardineau", "Kestrelli", "Lindqvarn", "Montrosier", "Nordvik", "Oakhurst", "Perrinelle", "Quillby",
              "Rosendahl", "Stavenger", "Thornquist", "Ulvestad", "Valmorin", "Westerlund", "Yarrowby", "Ženkovič"),
    "cyrillic": ("Алдарова", "Бережная", "Верхолан", "Горислав", "Дубровин", "Ермолань", "Жаворонок", "Зоренко", "Игнатюк",
                 "Калинай", "Лебедько", "Морозюк", "Новобран", "Озерян", "Полынко", "Рябинюк", "Соловейко", "Тихомирюк",
                 "Ушаковец", "Щеголян", "Яровенко"),
    "arabic": ("الزيتوني", "الورداني", "النخلاوي", "الصنوبري", "المرجاني", "الياسميني", "العنبري", "الفيروزي",
               "الكهرماني", "اللؤلؤي", "الريحاني", "السوسني"),
}  # fmt: skip
GIVEN = {
    ("latin", "f"): (
        "Alba",
        "Britta",
        "Clarisse",
        "Edda",
        "Fleur",
        "Greta",
        "Inès",
        "Linnea",
        "Maëlle",
        "Zoë",
    ),
    ("latin", "m"): (
        "Anselm",
        "Benoît",
        "Corin",
        "Dario",
        "Emil",
        "Florin",
        "Gaspard",
        "Jorund",
        "Luka",
        "Tomas",
    ),
    ("cyrillic", "f"): ("Алина", "Дарина", "Ксения", "Милана", "Оксана", "Софья", "Юлия", "Ярина"),
    ("cyrillic", "m"): ("Андрей", "Богдан", "Глеб", "Денис", "Максим", "Пётр", "Тимур", "Юрий"),
    ("arabic", "f"): ("سلمى", "ليلى", "نور", "هالة", "رنا", "دانا"),
    ("arabic", "m"): ("سامي", "كريم", "زياد", "طارق", "عماد", "رامي"),
}
ARABIC_LATIN = {
    "الزيتوني": "Al Zaytouni", "الورداني": "Al Wardani", "النخلاوي": "Al Nakhlawi", "الصنوبري": "Al Sanawbari",
    "المرجاني": "Al Marjani", "الياسميني": "Al Yasmini", "العنبري": "Al Anbari", "الفيروزي": "Al Fayrouzi",
    "الكهرماني": "Al Kahramani", "اللؤلؤي": "Al Louloui", "الريحاني": "Al Rihani", "السوسني": "Al Sawsani",
    "سلمى": "Salma", "ليلى": "Leila", "نور": "Nour", "هالة": "Hala", "رنا": "Rana", "دانا": "Dana", "سامي": "Sami",
    "كريم": "Karim", "زياد": "Ziad", "طارق": "Tarek", "عماد": "Imad", "رامي": "Rami",
}  # fmt: skip
FUNCTIONS = (
    "Head of Shift", "Document Examiner", "Risk Analyst", "Case Officer", "Investigator", "Legal Adviser",
    "Training Officer", "Liaison Officer", "Inspector", "Interpreter", "Social Worker", "Policy Officer",
)  # fmt: skip
RANKS = ("", "", "", "Sergeant", "Lieutenant", "Captain", "Major")
