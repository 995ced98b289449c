"""The words that agencies use for their columns, in English, French, Russian and Arabic."""

HEADERS: dict[str, tuple[str, ...]] = {
    "family_name": (
        "family name", "surname", "last name", "family names", "nom", "nom de famille", "фамилия",
        "اسم العائلة", "اللقب", "العائلة", "الكنية", "family name as in passport", "nom de famille usuel",
        "nom d usage", "last names", "الاسم الأخير",
    ),
    "given_names": (
        "given names", "given name", "first name", "first names", "forename", "forenames", "name",
        "prenom", "prénoms", "имя", "имена", "الاسم الأول", "الاسم الشخصي", "الاسم", "given name s",
        "prenom s", "first given names",
    ),
    "patronymic": (
        "patronymic", "отчество", "patronyme",
    ),
    "full_name": (
        "full name", "name and surname", "participant", "nom et prenom", "nom complet", "фио", "ф.и.о.",
        "ф и о", "полное имя", "الاسم الكامل", "الاسم واللقب", "الاسم الثلاثي", "الاسم الرباعي",
        "full name as in passport", "الاسم بالكامل", "surname and name", "name surname", "surname name",
        "surname and first name", "first name and surname", "family name and given names", "nom prenom",
        "prenom et nom", "prenom nom", "nom et prenoms", "nom prenoms", "фамилия имя", "фамилия и имя",
        "фамилия имя отчество", "имя и фамилия", "name of participant", "participant name",
        "participant s name", "фио участника", "фио участников", "nom du participant", "اسم المشارك", "الاسم الثنائي",
    ),
    "passport_name": (
        "passport name", "name in passport", "name as in passport", "name in latin", "latin name",
        "фио латиницей", "фамилия и имя латиницей", "имя в паспорте", "как в паспорте",
        "имя и фамилия латиницей", "фамилия имя латиницей", "имя латиницей", "латиницей",
        "фамилия имя как в загранпаспорте", "nom dans le passeport", "الاسم كما في جواز السفر",
        "الاسم باللاتينية", "الاسم في جواز السفر", "الاسم بالأحرف اللاتينية", "name as in the passport",
        "name as per passport", "name as shown in passport", "full name as in the passport",
        "фио латиницей как в паспорте",
    ),
    "native_name": (
        "native name", "name in native script", "local name", "nom dans la langue nationale",
        "имя на родном языке", "фио на родном языке", "الاسم باللغة الوطنية", "الاسم باللغة الأم",
    ),
    "sex": (
        "sex", "gender", "m/f", "f/m", "sexe", "genre", "пол", "الجنس", "النوع",
    ),
    "form_of_address": (
        "title", "titre", "form of address", "civilite", "salutation", "mr/ms", "обращение", "اللقب المهني",
    ),
    "country": (
        "country", "nationality", "pays", "nationalite", "страна", "гражданство", "البلد", "الدولة",
        "الجنسية", "citizenship", "country of nationality", "национальность", "citoyenneté",
    ),
    "function": (
        "function", "position", "job title", "post", "role", "fonction", "poste", "должность", "الوظيفة",
        "المنصب", "المسمى الوظيفي", "الصفة", "current position", "job position", "занимаемая должность",
        "الوظيفة الحالية", "designation", "désignation", "job", "должность и звание", "должность, звание",
    ),
    "rank": (
        "rank", "grade", "звание", "чин", "الرتبة", "ранг", "military rank", "воинское звание",
        "специальное звание",
    ),
    "language": (
        "language", "working language", "langue", "langue de travail", "язык", "рабочий язык", "اللغة",
        "preferred language", "language of training", "язык обучения", "لغة العمل",
    ),
    "email": (
        "email", "e-mail", "email address", "e-mail address", "mail", "courriel", "adresse électronique",
        "mél", "электронная почта", "эл. почта", "почта", "البريد الإلكتروني", "البريد", "الإيميل",
        "адрес электронной почты", "work e mail", "work email", "e mail professionnel", "adresse e mail",
        "adresse mail", "adresse courriel", "электронный адрес", "e mail адрес", "عنوان البريد الإلكتروني",
    ),
    "phone": (
        "phone", "telephone", "mobile", "phone number", "tel", "cell", "portable", "телефон", "мобильный",
        "контактный телефон", "الهاتف", "رقم الهاتف", "الجوال", "رقم الجوال", "mobile phone",
        "mobile number", "contact number", "telephone number", "cell phone", "work phone",
        "numero de telephone", "telephone portable", "мобильный телефон", "номер телефона",
        "الهاتف المحمول", "رقم الهاتف المحمول", "رقم التواصل", "моб. тел.", "моб. телефон", "тел.", "n° de téléphone",
        "n° tél", "no de téléphone", "№ телефона",
    ),
    "remarks": (
        "remarks", "remark", "comments", "comment", "notes", "note", "additional information", "other remarks",
        "remarques", "remarque", "commentaires", "commentaire", "observations", "observation", "précisions",
        "примечание", "примечания", "комментарий", "комментарии", "замечания", "дополнительная информация",
        "прим.", "ملاحظات", "ملاحظة", "الملاحظات", "تعليقات", "ملحوظات",
    ),
}  # fmt: skip
"""Field → the headers that agencies use for it."""

ORDINAL = {"no", "n", "nr", "num", "#", "№", "number", "numero", "p p", "no p p", "م", "ت", "الرقم", "مسلسل"}
MEANINGLESS = {"", "column", "col", "field", "data", "unnamed", "x", "stolbets", "colonne", "champ",
               *"abcdefghijklmnopqrstuvwxyz"}  # fmt: skip
"""Folded titles that say nothing about their column. A number at the end does not count."""
JOBS = (
    "officer", "inspector", "head", "chief", "director", "deputy", "analyst", "adviser", "advisor", "assistant",
    "interpreter", "translator", "specialist", "expert", "manager", "secretary", "sergeant", "captain", "colonel",
    "major", "lieutenant", "judge", "prosecutor", "senior", "junior", "clerk", "lawyer", "investigator", "trainer",
    "inspecteur", "inspectrice", "chef", "cheffe", "directeur", "directrice", "charge", "chargee", "agent",
    "conseiller", "conseillere", "adjoint", "adjointe", "juge", "procureur", "greffier", "greffiere",
    "инспектор", "начальник", "заместитель", "старший", "младший", "ведущий", "главный", "специалист", "эксперт",
    "директор", "переводчик", "следователь", "судья", "прокурор", "советник", "помощник", "майор", "капитан",
    "مفتش", "مفتشة", "ضابط", "رئيس", "رئيسة", "مدير", "مديرة", "خبير", "خبيرة", "مستشار", "نائب", "محلل",
    "محللة", "مترجم", "مترجمة", "قاضي", "قاض", "محقق",
)  # fmt: skip
"""Words with which a person's function begins. A column of these holds no names."""
NATIONALITIES = {
    "AL": "albanian albanais albanaise албанец албанка ألباني ألبانية",
    "AM": "armenian arménien arménienne армянин армянка أرميني أرمينية",
    "AT": "austrian autrichien autrichienne австриец австрийка نمساوي نمساوية",
    "AZ": "azerbaijani azéri azérie azerbaïdjanais азербайджанец азербайджанка أذربيجاني أذربيجانية",
    "BA": "bosnian bosnien bosnienne боснийка босниец بوسني بوسنية",
    "BE": "belgian belge бельгиец бельгийка بلجيكي بلجيكية",
    "BG": "bulgarian bulgare болгарин болгарка بلغاري بلغارية",
    "BY": "belarusian biélorusse bélarussien bélarussienne белорус белоруска بيلاروسي بيلاروسية",
    "CZ": "czech tchèque чех чешка تشيكي تشيكية",
    "DE": "german allemand allemande немец немка ألماني ألمانية",
    "DZ": "algerian algérien algérienne алжирец алжирка جزائري جزائرية",
    "EG": "egyptian égyptien égyptienne египтянин египтянка مصري مصرية",
    "ES": "spanish espagnol espagnole испанец испанка إسباني إسبانية",
    "FR": "french français française француз француженка فرنسي فرنسية",
    "GE": "georgian géorgien géorgienne грузин грузинка جورجي جورجية",
    "HU": "hungarian hongrois hongroise венгр венгерка مجري مجرية",
    "IQ": "iraqi irakien irakienne иракец عراقي عراقية",
    "IT": "italian italien italienne итальянец итальянка إيطالي إيطالية",
    "JO": "jordanian jordanien jordanienne иорданец иорданка أردني أردنية",
    "KG": "kyrgyz kirghize киргиз кыргыз киргизка قيرغيزي قيرغيزية",
    "KZ": "kazakh kazakhstani казах казашка كازاخستاني كازاخستانية",
    "LB": "lebanese libanais libanaise ливанец ливанка لبناني لبنانية",
    "LY": "libyan libyen libyenne ливиец ливийка ليبي ليبية",
    "MA": "moroccan marocain marocaine марокканец марокканка مغربي مغربية",
    "MD": "moldovan moldave молдаванин молдаванка مولدوفي مولدوفية",
    "ME": "montenegrin monténégrin monténégrine черногорец черногорка",
    "MR": "mauritanian mauritanien mauritanienne мавританец موريتاني موريتانية",
    "PL": "polish polonais polonaise поляк полька بولندي بولندية",
    "PS": "palestinian palestinien palestinienne палестинец палестинка فلسطيني فلسطينية",
    "RO": "romanian roumain roumaine румын румынка روماني رومانية",
    "RS": "serbian serbe серб сербка صربي صربية",
    "SK": "slovak slovaque словак словачка سلوفاكي سلوفاكية",
    "SY": "syrian syrien syrienne сириец сирийка سوري سورية",
    "TJ": "tajik tadjik tadjike таджик таджичка طاجيكي طاجيكية",
    "TM": "turkmen turkmène туркмен туркменка تركماني تركمانية",
    "TN": "tunisian tunisien tunisienne тунисец туниска تونسي تونسية",
    "TR": "turkish turc turque турок турчанка تركي تركية",
    "UA": "ukrainian ukrainien ukrainienne украинец украинка أوكراني أوكرانية",
    "UZ": "uzbek ouzbek ouzbèke узбек узбечка أوزبكي أوزبكية",
    "XK": "kosovar kosovan kosovare косовар косоварка كوسوفي كوسوفية",
}  # fmt: skip
"""Country → words for its people, with feminine forms, for the countries we meet most.

Other words are no error.
"""
NATIONALITY = (
    "nationality",
    "nationalité",
    "гражданство",
    "национальность",
    "الجنسية",
    "citizenship",
    "citoyenneté",
)
"""Titles above a person's nationality. An unknown word in such a column says nothing, and is no mistake."""
