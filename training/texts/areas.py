"""What the demo says of its areas and of MIEUX II: invented texts, by paragraphs, in three languages, and contacts.

The first paragraph of a text is a short one, because it stands on the list of areas, too.
"""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """The text of an area in one language, a paragraph each."""

    en: tuple[str, ...]
    fr: tuple[str, ...]
    ru: tuple[str, ...]


class Contact(NamedTuple):
    """An invented person to ask, whose address is at example.org."""

    name: str
    function: str
    email: str
    phone: str


TEXTS: dict[str, Words] = {
    "IMR": Words(
        en=(
            "We help services to understand irregular movements and to make return safe, orderly and humane, "
            "from the first interview to a new start at home.",
            "Countries of origin, transit and destination see only a part of a journey each. The Centre brings "
            "their services to one table: they compare what they know of routes and of smuggling, agree on how "
            "people are identified, and plan together what happens after an arrival. Courses use real procedures "
            "and invented cases.",
            "Return does not end at an airport. We train counsellors, escorts and monitors, and work with "
            "municipalities and employers on reintegration. Campaigns in countries of origin tell of legal ways to "
            "migrate, and say plainly what the others may cost.",
        ),
        fr=(
            "Nous aidons les services à comprendre les mouvements irréguliers et à rendre le retour sûr, ordonné et "
            "humain, du premier entretien au nouveau départ dans le pays.",
            "Pays d’origine, de transit et de destination ne voient chacun qu’une partie d’un parcours. Le Centre "
            "réunit leurs services : ils comparent ce qu’ils savent des routes et du trafic de migrants, "
            "s’accordent sur l’identification des personnes et préparent ensemble ce qui suit une arrivée. Les cours "
            "s’appuient sur des procédures réelles et des cas inventés.",
            "Le retour ne s’achève pas à l’aéroport. Nous formons conseillers, escortes et observateurs, et "
            "travaillons avec les communes et les employeurs à la réintégration. Dans les pays d’origine, des "
            "campagnes présentent les voies légales et disent clairement ce que coûtent les autres.",
        ),
        ru=(
            "Мы помогаем службам понимать нерегулярные перемещения и делать возвращение безопасным, упорядоченным и "
            "достойным: от первой беседы до новой жизни на родине.",
            "Страны происхождения, транзита и назначения видят лишь по одному отрезку пути. Центр собирает их службы "
            "за одним столом: они сопоставляют сведения о маршрутах и о незаконном ввозе людей, согласуют порядок "
            "установления личности и вместе готовятся к приёму прибывших. На курсах разбирают настоящие процедуры "
            "и вымышленные случаи.",
            "Возвращение не заканчивается в аэропорту. Мы обучаем консультантов, сопровождающих и наблюдателей, "
            "работаем с муниципалитетами и работодателями над реинтеграцией. Кампании в странах происхождения "
            "рассказывают о законных путях и прямо говорят, чего могут стоить остальные.",
        ),
    ),
    "THB": Words(
        en=(
            "Nobody stops trafficking alone. We bring police, prosecutors, labour inspectors, social workers and "
            "civil society together, so that victims are seen, believed and protected.",
            "Training starts with recognition: what an officer at a border, an inspector in a workshop or a nurse "
            "notices in the first minutes. It goes on with interviews that do not harm, evidence that holds in "
            "court, and referral from one country to another without losing the person on the way.",
            "National coordinators use our round tables to compare their laws and figures with European and "
            "international standards. What they agree on becomes procedures, and procedures become exercises that "
            "are repeated every year.",
        ),
        fr=(
            "Personne n’arrête la traite seul. Nous réunissons police, parquet, inspection du travail, services "
            "sociaux et société civile, pour que les victimes soient vues, crues et protégées.",
            "La formation commence par le repérage : ce qu’un garde-frontière, une inspectrice dans un atelier ou un "
            "infirmier remarque dans les premières minutes. Suivent des entretiens qui ne blessent pas, des preuves "
            "qui tiennent au tribunal et une orientation d’un pays à l’autre sans perdre la personne en route.",
            "Les coordinateurs nationaux comparent lors de nos tables rondes leurs lois et leurs chiffres aux normes "
            "européennes et internationales. Ce qu’ils décident devient procédure, et la procédure devient exercice, "
            "répété chaque année.",
        ),
        ru=(
            "В одиночку торговлю людьми не остановить. Мы объединяем полицию, прокуратуру, инспекции труда, социальные "
            "службы и гражданское общество, чтобы пострадавших замечали, им верили и их защищали.",
            "Обучение начинается с распознавания: что замечают в первые минуты пограничник, инспектор в цехе или "
            "медсестра. Далее следуют беседы, которые не причиняют вреда, доказательства, которые выдерживают суд, "
            "и передача дела из страны в страну, при которой человек не теряется в пути.",
            "Национальные координаторы сравнивают на наших круглых столах свои законы и данные с европейскими и "
            "международными стандартами. То, о чём они договорились, становится порядком действий, а он ежегодно "
            "отрабатывается на учениях.",
        ),
    ),
    "BMV": Words(
        en=(
            "A visa desk and a border post look at the same traveller. We treat both as one system, and help "
            "services to keep it open for those who may pass and closed to those who may not.",
            "Future member states of the European Union and its neighbours ask for support with very different "
            "things: integrated border management, risk analysis, the security features of documents, or contingency "
            "plans for a day when many people arrive at once. Each course is planned with the service that asked.",
            "Reforms are tried before they are decided. Joint exercises at real checkpoints show what works. "
            "Informal consultations, without minutes and without flags, let heads of services speak about what does "
            "not work yet.",
        ),
        fr=(
            "Un guichet de visas et un poste-frontière voient le même voyageur. Nous les traitons comme un seul "
            "système et aidons les services à le garder ouvert à qui peut passer et fermé à qui ne le peut pas.",
            "Les futurs États membres de l’Union européenne et ses voisins demandent un appui très varié : gestion "
            "intégrée des frontières, analyse des risques, sécurité des documents ou plans d’urgence pour le jour où "
            "beaucoup de personnes arrivent à la fois. Chaque cours est préparé avec le service qui l’a demandé.",
            "Les réformes sont essayées avant d’être décidées. Des exercices communs à de vrais points de passage "
            "montrent ce qui fonctionne. Des consultations informelles, sans procès-verbal ni drapeaux, permettent "
            "aux chefs de service de parler de ce qui ne fonctionne pas encore.",
        ),
        ru=(
            "Визовый отдел и пограничный пост видят одного и того же путешественника. Для нас это единая система: она "
            "должна быть открыта для тех, кому можно проехать, и закрыта для остальных.",
            "Будущие государства-члены Европейского союза и его соседи просят о разном: об интегрированном управлении "
            "границами, анализе рисков, защитных признаках документов или о планах на случай, когда прибывает сразу "
            "много людей. Каждый курс готовится вместе со службой, которая его запросила.",
            "Реформы сначала проверяют, потом утверждают. Совместные учения на действующих пунктах пропуска "
            "показывают, что работает. А на неформальных консультациях, без протокола и флагов, руководители служб "
            "говорят о том, что пока не получается.",
        ),
    ),
    "ASY": Words(
        en=(
            "Who needs protection should get it, after a procedure that is fair, quick and well documented. We train "
            "the people who decide, and those who stand beside them.",
            "Wars, collapsing states and persecution send people on their way, and they arrive mixed with others who "
            "have other reasons. Caseworkers learn to lead an interview, to weigh evidence and to use information on "
            "countries of origin. Interpreters, judges and reception staff have courses of their own.",
            "Control of immigration and protection do not exclude each other. With authorities and international "
            "partners we describe where a procedure loses time or quality, and follow the repair for as long as it "
            "takes.",
        ),
        fr=(
            "Qui a besoin de protection doit l’obtenir, au terme d’une procédure équitable, rapide et bien "
            "documentée. Nous formons les personnes qui décident et celles qui les entourent.",
            "Guerres, États qui s’effondrent et persécutions jettent des personnes sur les routes, et elles arrivent "
            "mêlées à d’autres, parties pour d’autres raisons. Les agents apprennent à mener un entretien, à peser "
            "des preuves et à utiliser l’information sur les pays d’origine. Interprètes, juges et personnel "
            "d’accueil ont leurs propres cours.",
            "Contrôle de l’immigration et protection ne s’excluent pas. Avec les autorités et les partenaires "
            "internationaux, nous décrivons où une procédure perd du temps ou de la qualité, et accompagnons la "
            "réparation aussi longtemps qu’il le faut.",
        ),
        ru=(
            "Кто нуждается в защите, должен её получить после справедливой, быстрой и хорошо документированной "
            "процедуры. Мы обучаем тех, кто принимает решения, и тех, кто им помогает.",
            "Войны, распад государств и преследования заставляют людей бежать, и прибывают они вместе с теми, у кого "
            "иные причины. Сотрудники учатся вести беседу, оценивать доказательства и пользоваться сведениями о "
            "странах происхождения. Для переводчиков, судей и персонала центров приёма есть отдельные курсы.",
            "Контроль иммиграции и защита не исключают друг друга. Вместе с ведомствами и международными партнёрами "
            "мы показываем, где процедура теряет время или качество, и сопровождаем исправление столько, сколько "
            "нужно.",
        ),
    ),
    "MD": Words(
        en=(
            "Migration changes the countries that people leave and those that they reach. We help governments to plan "
            "for both, with migrants themselves at the centre.",
            "Remittances, skills, trade and ideas travel with people. Planners learn to read these figures and to "
            "write migration into strategies for health, education and employment, so that one ministry does not "
            "undo what another one builds.",
            "Migrant organisations are partners, not an audience. We support their networks with training in "
            "project work and finance, and bring them together with town halls and banks at both ends of the way.",
        ),
        fr=(
            "La migration transforme les pays que l’on quitte et ceux où l’on arrive. Nous aidons les gouvernements à "
            "planifier pour les deux, avec les migrants au centre.",
            "Transferts de fonds, compétences, commerce et idées voyagent avec les personnes. Les planificateurs "
            "apprennent à lire ces chiffres et à inscrire la migration dans les stratégies de santé, d’éducation et "
            "d’emploi, pour qu’un ministère ne défasse pas ce qu’un autre construit.",
            "Les organisations de migrants sont des partenaires, non un public. Nous soutenons leurs réseaux par des "
            "formations à la gestion de projets et aux finances, et les réunissons avec les mairies et les banques "
            "aux deux bouts du chemin.",
        ),
        ru=(
            "Миграция меняет и те страны, которые люди покидают, и те, куда они приезжают. Мы помогаем правительствам "
            "учитывать и то и другое, а в центре для нас сами мигранты.",
            "Вместе с людьми перемещаются деньги, навыки, торговля и идеи. Специалисты по планированию учатся читать "
            "эти данные и учитывать миграцию в стратегиях здравоохранения, образования и занятости, чтобы одно "
            "министерство не разрушало построенное другим.",
            "Организации мигрантов для нас партнёры, а не слушатели. Мы поддерживаем их объединения: учим вести "
            "проекты и финансы, знакомим с мэриями и банками на обоих концах пути.",
        ),
    ),
    "LMI": Words(
        en=(
            "Legal ways to migrate must be known, open and worth taking, and whoever takes one should be able to "
            "settle in. We compare how countries do this, and share what works.",
            "Which permits does an employer ask for, and how long do they take? What does a language course achieve "
            "after a year? Our studies collect the same data in many countries, so that ministries can see where they "
            "stand and what a change would bring.",
            "Before departure, people learn about contracts, rights and daily life. After arrival, schools, "
            "municipalities and employers learn how to welcome them. Both halves are planned as one programme.",
        ),
        fr=(
            "Les voies légales de migration doivent être connues, ouvertes et utiles, et qui les prend doit pouvoir "
            "s’établir. Nous comparons les pratiques des pays et partageons ce qui fonctionne.",
            "Quels permis un employeur demande-t-il, et en combien de temps ? Que donne un cours de langue après un "
            "an ? Nos études réunissent les mêmes données dans de nombreux pays, pour que les ministères voient où "
            "ils en sont et ce qu’un changement apporterait.",
            "Avant le départ, les personnes s’informent sur les contrats, les droits et la vie quotidienne. Après "
            "l’arrivée, écoles, communes et employeurs apprennent à les accueillir. Les deux moitiés forment un seul "
            "programme.",
        ),
        ru=(
            "Законные пути миграции должны быть известны, открыты и выгодны, а тот, кто ими воспользовался, должен "
            "иметь возможность обустроиться. Мы сравниваем опыт стран и делимся тем, что работает.",
            "Какие разрешения нужны работодателю и сколько их ждать? Что даёт языковой курс через год? Наши "
            "исследования собирают одни и те же данные во многих странах, чтобы министерства видели, где они "
            "находятся и что изменит реформа.",
            "Перед отъездом люди узнают о договорах, правах и повседневной жизни. После приезда школы, муниципалитеты "
            "и работодатели учатся их принимать. Обе половины составляют одну программу.",
        ),
    ),
    "MIEUX2": Words(
        en=(
            "A joint programme with the European Commission: partner countries ask for expertise on migration, and "
            "get experts, training and advice within weeks.",
            "An action begins with a request of a government. Experts from administrations and practice visit, "
            "listen, and agree with their hosts on what is to be reached: a border procedure, a law on asylum, a "
            "plan for return, or a unit that counts migrants in the same way everywhere. Most actions touch several "
            "of the six areas.",
            "The programme looks at irregular and mixed flows as one part of migration, beside legal paths, "
            "protection and development. What one country has learned is passed on: former participants come back as "
            "trainers.",
        ),
        fr=(
            "Un programme conjoint avec la Commission européenne : les pays partenaires demandent une expertise sur "
            "la migration et reçoivent en quelques semaines experts, formations et conseils.",
            "Une action commence par la demande d’un gouvernement. Des experts venus d’administrations et du terrain "
            "se rendent sur place, écoutent et conviennent avec leurs hôtes du but : une procédure aux frontières, "
            "une loi sur l’asile, un plan de retour ou une unité qui compte les migrants partout de la même façon. "
            "La plupart des actions touchent plusieurs des six domaines.",
            "Le programme voit les flux irréguliers et mixtes comme une partie de la migration, à côté des voies "
            "légales, de la protection et du développement. Ce qu’un pays a appris est transmis : d’anciens "
            "participants reviennent comme formateurs.",
        ),
        ru=(
            "Совместная программа с Европейской комиссией: страны-партнёры запрашивают экспертную помощь по миграции "
            "и в течение нескольких недель получают экспертов, обучение и консультации.",
            "Работа начинается с запроса правительства. Эксперты из ведомств и с практики приезжают, слушают и вместе "
            "с принимающей стороной определяют цель: порядок работы на границе, закон об убежище, план возвращения "
            "или подразделение, которое везде одинаково учитывает мигрантов. Чаще всего затронуто сразу несколько "
            "из шести областей.",
            "Нерегулярные и смешанные потоки программа видит как часть миграции, наряду с законными путями, защитой и "
            "развитием. Опыт одной страны передаётся другим: бывшие участники возвращаются преподавателями.",
        ),
    ),
}

CONTACTS: dict[str, Contact] = {
    "IMR": Contact(
        "Iris Marchetti-Rowe", "Head of the Competence Centre", "imr@example.org", "+43 1 5550 101"
    ),
    "THB": Contact("Tomas Hallborg", "Anti-trafficking adviser", "thb@example.org", "+43 1 5550 102"),
    "BMV": Contact(
        "Beata Mirova-Vance", "Head of the Competence Centre", "bmv@example.org", "+43 1 5550 103"
    ),
    "ASY": Contact("Aino Sylvander", "Senior asylum expert", "asy@example.org", "+43 1 5550 104"),
    "MD": Contact("Malik Dunegrove", "Programme officer", "md@example.org", "+43 1 5550 105"),
    "LMI": Contact("Lena Ivarsdal", "Policy officer", "lmi@example.org", "+43 1 5550 106"),
    "MIEUX2": Contact("Maren Eklund-Ury", "Team leader", "mieux2@example.org", "+43 1 5550 110"),
}

ON_LEAFLETS = {
    "en": ("Demo leaflet: invented text", "Contact"),
    "fr": ("Dépliant de démonstration : texte inventé", "Contact"),
    "ru": ("Демонстрационный буклет: вымышленный текст", "Контакт"),
}
"""Language → what a leaflet of the demo says of itself, and its word for the contact."""
