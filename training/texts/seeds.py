"""The themes and classifications that every instance begins with, in the languages that are shipped."""

from __future__ import annotations

# code, kind, name in en, fr, ru, and what is done in it, in a sentence, in en, fr, ru
THEMES = (
    ("IMR", "thematic_area", "Irregular Migration & Return", "Migration irrégulière et retour",
     "Нерегулярная миграция и возвращение",
     "Research, policy and operations on irregular migration and return, with countries of origin, transit and "
     "destination; reintegration programmes; awareness of legal ways to migrate and of the risks of irregular ones.",
     "Recherche, politiques et opérations sur la migration irrégulière et le retour, avec les pays d’origine, de transit "
     "et de destination ; programmes de réintégration ; information sur les voies légales et sur les risques des autres.",
     "Исследования, политика и практика в области нерегулярной миграции и возвращения вместе со странами происхождения, "
     "транзита и назначения; реинтеграция; информирование о законных путях миграции и о рисках незаконных."),
    ("THB", "thematic_area", "Trafficking in Human Beings", "Traite des êtres humains", "Торговля людьми",
     "Anti-trafficking responses with governments, international organisations and civil society, nationally and "
     "regionally, that meet international and European standards.",
     "Lutte contre la traite avec les gouvernements, les organisations internationales et la société civile, à l’échelle "
     "nationale et régionale, selon les normes internationales et européennes.",
     "Противодействие торговле людьми вместе с правительствами, международными организациями и гражданским обществом, "
     "на национальном и региональном уровне, по международным и европейским стандартам."),
    ("BMV", "thematic_area", "Border Management & Visa", "Gestion des frontières et visas",
     "Управление границами и визы",
     "Border control systems and visa policy and practice, seen together, with capacity building backed by informal "
     "consultations.",
     "Systèmes de contrôle aux frontières, politique et pratique des visas, considérés ensemble ; renforcement des "
     "capacités appuyé par des consultations informelles.",
     "Системы пограничного контроля, визовая политика и практика как единое целое; развитие потенциала, дополняемое "
     "неформальными консультациями."),
    ("ASY", "thematic_area", "Asylum", "Asile", "Убежище",
     "High standards of protection, kept by governments and national and international stakeholders while immigration "
     "is controlled.",
     "Un haut niveau de protection, assuré par les gouvernements et les acteurs nationaux et internationaux, alors que "
     "l’immigration est contrôlée.",
     "Высокие стандарты защиты, которые правительства, национальные и международные участники соблюдают и при контроле "
     "иммиграции."),
    ("MD", "thematic_area", "Migration & Development", "Migration et développement", "Миграция и развитие",
     "How migration and development bear on each other: coherent policy, migration in development planning, and "
     "stronger migrant organisations and networks.",
     "L’influence réciproque de la migration et du développement : politiques cohérentes, migration dans la planification "
     "du développement, organisations et réseaux de migrants plus forts.",
     "Взаимное влияние миграции и развития: согласованная политика, миграция в планах развития, сильные организации и "
     "сети мигрантов."),
    ("LMI", "thematic_area", "Legal Migration & Integration", "Migration légale et intégration",
     "Легальная миграция и интеграция",
     "Comparative research, data collection, good practice and policy on legal migration and integration.",
     "Recherche comparée, collecte de données, bonnes pratiques et politiques en matière de migration légale et "
     "d’intégration.",
     "Сравнительные исследования, сбор данных, передовая практика и политика в области легальной миграции и интеграции."),
    ("MIEUX2", "multi_thematic", "MIEUX II", "MIEUX II", "MIEUX II",
     "A joint programme that strengthens partner countries' capacities to deal with irregular and mixed migration "
     "flows as part of a comprehensive approach to migration management.",
     "Un programme conjoint qui renforce les capacités des pays partenaires face aux flux migratoires irréguliers et "
     "mixtes, dans une approche globale de la gestion des migrations.",
     "Совместная программа, которая помогает странам-партнёрам справляться с нерегулярными и смешанными миграционными "
     "потоками в рамках комплексного подхода к управлению миграцией."),
)  # fmt: skip

# code, counts as training, en, fr, ru
ACTIVITY_TYPES = (
    ("training_course", True, "Training course", "Cours de formation", "Учебный курс"),
    ("training_workshop", True, "Training workshop", "Atelier de formation", "Учебный семинар-практикум"),
    ("train_the_trainers", True, "Train-the-trainers", "Formation de formateurs", "Подготовка тренеров"),
    ("study_visit", True, "Study visit", "Visite d'étude", "Ознакомительный визит"),
    ("seminar", True, "Seminar", "Séminaire", "Семинар"),
    (
        "coaching",
        True,
        "On-the-job coaching",
        "Accompagnement sur le poste",
        "Наставничество на рабочем месте",
    ),
    ("e_learning", True, "E-learning", "Formation en ligne", "Электронное обучение"),
    ("webinar", True, "Webinar", "Webinaire", "Вебинар"),
    ("expert_mission", False, "Expert mission", "Mission d'experts", "Экспертная миссия"),
    ("assessment_mission", False, "Assessment mission", "Mission d'évaluation", "Оценочная миссия"),
    ("conference", False, "Conference", "Conférence", "Конференция"),
    ("roundtable", False, "Roundtable", "Table ronde", "Круглый стол"),
    ("peer_exchange", False, "Peer-to-peer exchange", "Échange entre pairs", "Обмен опытом"),
    ("meeting", False, "Meeting", "Réunion", "Совещание"),
)

# code, en, fr, ru
AGENCY_TYPES = (
    ("border_guard", "Border guard or police", "Garde ou police des frontières", "Пограничная служба или полиция"),
    ("customs", "Customs", "Douanes", "Таможенная служба"),
    ("migration_service", "Migration service", "Service des migrations", "Миграционная служба"),
    ("police", "Police or investigation", "Police ou enquêtes", "Полиция или следствие"),
    ("ministry", "Ministry", "Ministère", "Министерство"),
    ("asylum_authority", "Asylum authority", "Autorité de l'asile", "Орган по вопросам убежища"),
    ("judiciary", "Judiciary or prosecution", "Justice ou parquet", "Суд или прокуратура"),
    ("labour_inspectorate", "Labour inspectorate", "Inspection du travail", "Трудовая инспекция"),
    ("anti_trafficking", "Anti-trafficking coordinator", "Coordination anti-traite", "Координатор по противодействию торговле людьми"),
    ("local_authority", "Local authority", "Collectivité locale", "Местный орган власти"),
    ("training_academy", "Training academy", "Académie de formation", "Учебная академия"),
    ("civil_society", "Civil society or NGO", "Société civile ou ONG", "Гражданское общество или НПО"),
    ("international_organisation", "International organisation", "Organisation internationale", "Международная организация"),
    ("eu_agency", "EU agency", "Agence de l'UE", "Агентство ЕС"),
    ("consular_service", "Consular service", "Service consulaire", "Консульская служба"),
    ("parliament", "Parliament", "Parlement", "Парламент"),
    ("academia", "Academia", "Université", "Научное учреждение"),
    ("private", "Private sector", "Secteur privé", "Частный сектор"),
)  # fmt: skip
