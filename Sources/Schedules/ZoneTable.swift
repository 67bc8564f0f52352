// SPDX-License-Identifier: Apache-2.0

/// The IANA time zones from 2020 on; `ZoneDirectory` says how the table reads. Written by `make zones` from Debian's
/// tzdata; do not edit.
enum ZoneTable {
    static let version = "2025b"
    static let text = """
        rule GMT0 +00:00 zones Africa/Abidjan Africa/Accra Africa/Bamako Africa/Banjul Africa/Bissau Africa/Conakry
            Africa/Dakar Africa/Freetown Africa/Lome Africa/Monrovia Africa/Nouakchott Africa/Ouagadougou
            Africa/Sao_Tome Africa/Timbuktu America/Danmarkshavn Atlantic/Reykjavik Atlantic/St_Helena Etc/GMT Etc/GMT+0
            Etc/GMT-0 Etc/GMT0 Etc/Greenwich GMT GMT+0 GMT-0 GMT0 Greenwich Iceland
        rule EAT-3 +03:00 zones Africa/Addis_Ababa Africa/Asmara Africa/Asmera Africa/Dar_es_Salaam Africa/Djibouti
            Africa/Kampala Africa/Mogadishu Africa/Nairobi Indian/Antananarivo Indian/Comoro Indian/Mayotte
        rule CET-1 +01:00 zones Africa/Algiers Africa/Tunis
        rule WAT-1 +01:00 zones Africa/Bangui Africa/Brazzaville Africa/Douala Africa/Kinshasa Africa/Lagos
            Africa/Libreville Africa/Luanda Africa/Malabo Africa/Ndjamena Africa/Niamey Africa/Porto-Novo
        rule CAT-2 +02:00 zones Africa/Blantyre Africa/Bujumbura Africa/Gaborone Africa/Harare Africa/Khartoum
            Africa/Kigali Africa/Lubumbashi Africa/Lusaka Africa/Maputo Africa/Windhoek
        rule EET-2EEST,M4.5.5/0,M10.5.4/24 +02:00 until 2023-04-27T22:00Z+03:00 zones Africa/Cairo Egypt
        rule <+01>-1 +01:00 until 2020-04-19T02:00Z+00:00 2020-05-31T02:00Z+01:00 2021-04-11T02:00Z+00:00
            2021-05-16T02:00Z+01:00 2022-03-27T02:00Z+00:00 2022-05-08T02:00Z+01:00 2023-03-19T02:00Z+00:00
            2023-04-23T02:00Z+01:00 2024-03-10T02:00Z+00:00 2024-04-14T02:00Z+01:00 2025-02-23T02:00Z+00:00
            2025-04-06T02:00Z+01:00 2026-02-15T02:00Z+00:00 2026-03-22T02:00Z+01:00 2027-02-07T02:00Z+00:00
            2027-03-14T02:00Z+01:00 2028-01-23T02:00Z+00:00 2028-03-05T02:00Z+01:00 2029-01-14T02:00Z+00:00
            2029-02-18T02:00Z+01:00 2029-12-30T02:00Z+00:00 2030-02-10T02:00Z+01:00 2030-12-22T02:00Z+00:00
            2031-01-26T02:00Z+01:00 2031-12-14T02:00Z+00:00 2032-01-18T02:00Z+01:00 2032-11-28T02:00Z+00:00
            2033-01-09T02:00Z+01:00 2033-11-20T02:00Z+00:00 2033-12-25T02:00Z+01:00 2034-11-05T02:00Z+00:00
            2034-12-17T02:00Z+01:00 2035-10-28T02:00Z+00:00 2035-12-09T02:00Z+01:00 2036-10-19T02:00Z+00:00
            2036-11-23T02:00Z+01:00 2037-10-04T02:00Z+00:00 2037-11-15T02:00Z+01:00 2038-09-26T02:00Z+00:00
            2038-10-31T02:00Z+01:00 2039-09-18T02:00Z+00:00 2039-10-23T02:00Z+01:00 2040-09-02T02:00Z+00:00
            2040-10-14T02:00Z+01:00 2041-08-25T02:00Z+00:00 2041-09-29T02:00Z+01:00 2042-08-10T02:00Z+00:00
            2042-09-21T02:00Z+01:00 2043-08-02T02:00Z+00:00 2043-09-13T02:00Z+01:00 2044-07-24T02:00Z+00:00
            2044-08-28T02:00Z+01:00 2045-07-09T02:00Z+00:00 2045-08-20T02:00Z+01:00 2046-07-01T02:00Z+00:00
            2046-08-05T02:00Z+01:00 2047-06-23T02:00Z+00:00 2047-07-28T02:00Z+01:00 2048-06-07T02:00Z+00:00
            2048-07-19T02:00Z+01:00 2049-05-30T02:00Z+00:00 2049-07-04T02:00Z+01:00 2050-05-15T02:00Z+00:00
            2050-06-26T02:00Z+01:00 2051-05-07T02:00Z+00:00 2051-06-18T02:00Z+01:00 2052-04-28T02:00Z+00:00
            2052-06-02T02:00Z+01:00 2053-04-13T02:00Z+00:00 2053-05-25T02:00Z+01:00 2054-04-05T02:00Z+00:00
            2054-05-10T02:00Z+01:00 2055-03-28T02:00Z+00:00 2055-05-02T02:00Z+01:00 2056-03-12T02:00Z+00:00
            2056-04-23T02:00Z+01:00 2057-03-04T02:00Z+00:00 2057-04-08T02:00Z+01:00 2058-02-17T02:00Z+00:00
            2058-03-31T02:00Z+01:00 2059-02-09T02:00Z+00:00 2059-03-23T02:00Z+01:00 2060-02-01T02:00Z+00:00
            2060-03-07T02:00Z+01:00 2061-01-16T02:00Z+00:00 2061-02-27T02:00Z+01:00 2062-01-08T02:00Z+00:00
            2062-02-12T02:00Z+01:00 2062-12-31T02:00Z+00:00 2063-02-04T02:00Z+01:00 2063-12-16T02:00Z+00:00
            2064-01-27T02:00Z+01:00 2064-12-07T02:00Z+00:00 2065-01-11T02:00Z+01:00 2065-11-22T02:00Z+00:00
            2066-01-03T02:00Z+01:00 2066-11-14T02:00Z+00:00 2066-12-26T02:00Z+01:00 2067-11-06T02:00Z+00:00
            2067-12-11T02:00Z+01:00 2068-10-21T02:00Z+00:00 2068-12-02T02:00Z+01:00 2069-10-13T02:00Z+00:00
            2069-11-17T02:00Z+01:00 2070-10-05T02:00Z+00:00 2070-11-09T02:00Z+01:00 2071-09-20T02:00Z+00:00
            2071-11-01T02:00Z+01:00 2072-09-11T02:00Z+00:00 2072-10-16T02:00Z+01:00 2073-08-27T02:00Z+00:00
            2073-10-08T02:00Z+01:00 2074-08-19T02:00Z+00:00 2074-09-30T02:00Z+01:00 2075-08-11T02:00Z+00:00
            2075-09-15T02:00Z+01:00 2076-07-26T02:00Z+00:00 2076-09-06T02:00Z+01:00 2077-07-18T02:00Z+00:00
            2077-08-22T02:00Z+01:00 2078-07-10T02:00Z+00:00 2078-08-14T02:00Z+01:00 2079-06-25T02:00Z+00:00
            2079-08-06T02:00Z+01:00 2080-06-16T02:00Z+00:00 2080-07-21T02:00Z+01:00 2081-06-01T02:00Z+00:00
            2081-07-13T02:00Z+01:00 2082-05-24T02:00Z+00:00 2082-06-28T02:00Z+01:00 2083-05-16T02:00Z+00:00
            2083-06-20T02:00Z+01:00 2084-04-30T02:00Z+00:00 2084-06-11T02:00Z+01:00 2085-04-22T02:00Z+00:00
            2085-05-27T02:00Z+01:00 2086-04-14T02:00Z+00:00 2086-05-19T02:00Z+01:00 2087-03-30T02:00Z+00:00
            2087-05-11T02:00Z+01:00 zones Africa/Casablanca Africa/El_Aaiun
        rule CET-1CEST,M3.5.0,M10.5.0/3 +01:00 zones Africa/Ceuta Arctic/Longyearbyen Atlantic/Jan_Mayen CET
            Europe/Amsterdam Europe/Andorra Europe/Belgrade Europe/Berlin Europe/Bratislava Europe/Brussels
            Europe/Budapest Europe/Busingen Europe/Copenhagen Europe/Gibraltar Europe/Ljubljana Europe/Luxembourg
            Europe/Madrid Europe/Malta Europe/Monaco Europe/Oslo Europe/Paris Europe/Podgorica Europe/Prague Europe/Rome
            Europe/San_Marino Europe/Sarajevo Europe/Skopje Europe/Stockholm Europe/Tirane Europe/Vaduz Europe/Vatican
            Europe/Vienna Europe/Warsaw Europe/Zagreb Europe/Zurich Poland
        rule SAST-2 +02:00 zones Africa/Johannesburg Africa/Maseru Africa/Mbabane
        rule CAT-2 +03:00 until 2021-01-31T21:00Z+02:00 zones Africa/Juba
        rule EET-2 +02:00 zones Africa/Tripoli Europe/Kaliningrad Libya
        rule HST10HDT,M3.2.0,M11.1.0 -10:00 zones America/Adak America/Atka US/Aleutian
        rule AKST9AKDT,M3.2.0,M11.1.0 -09:00 zones America/Anchorage America/Juneau America/Metlakatla America/Nome
            America/Sitka America/Yakutat US/Alaska
        rule AST4 -04:00 zones America/Anguilla America/Antigua America/Aruba America/Barbados America/Blanc-Sablon
            America/Curacao America/Dominica America/Grenada America/Guadeloupe America/Kralendijk America/Lower_Princes
            America/Marigot America/Martinique America/Montserrat America/Port_of_Spain America/Puerto_Rico
            America/Santo_Domingo America/St_Barthelemy America/St_Kitts America/St_Lucia America/St_Thomas
            America/St_Vincent America/Tortola America/Virgin
        rule <-03>3 -03:00 zones America/Araguaina America/Argentina/Buenos_Aires America/Argentina/Catamarca
            America/Argentina/ComodRivadavia America/Argentina/Cordoba America/Argentina/Jujuy
            America/Argentina/La_Rioja America/Argentina/Mendoza America/Argentina/Rio_Gallegos America/Argentina/Salta
            America/Argentina/San_Juan America/Argentina/San_Luis America/Argentina/Tucuman America/Argentina/Ushuaia
            America/Bahia America/Belem America/Buenos_Aires America/Catamarca America/Cayenne America/Cordoba
            America/Fortaleza America/Jujuy America/Maceio America/Mendoza America/Montevideo America/Paramaribo
            America/Punta_Arenas America/Recife America/Rosario America/Santarem America/Sao_Paulo Antarctica/Palmer
            Antarctica/Rothera Atlantic/Stanley Brazil/East Etc/GMT+3
        rule <-03>3 -03:00 until 2020-03-22T03:00Z-04:00 2020-10-04T04:00Z-03:00 2021-03-28T03:00Z-04:00
            2021-10-03T04:00Z-03:00 2022-03-27T03:00Z-04:00 2022-10-02T04:00Z-03:00 2023-03-26T03:00Z-04:00
            2023-10-01T04:00Z-03:00 2024-03-24T03:00Z-04:00 2024-10-06T04:00Z-03:00 zones America/Asuncion
        rule EST5 -05:00 zones America/Atikokan America/Cancun America/Cayman America/Coral_Harbour America/Jamaica
            America/Panama EST Jamaica
        rule CST6 -06:00 until 2020-04-05T08:00Z-05:00 2020-10-25T07:00Z-06:00 2021-04-04T08:00Z-05:00
            2021-10-31T07:00Z-06:00 2022-04-03T08:00Z-05:00 2022-10-30T07:00Z-06:00 zones America/Bahia_Banderas
            America/Merida America/Mexico_City America/Monterrey Mexico/General
        rule CST6 -06:00 zones America/Belize America/Costa_Rica America/El_Salvador America/Guatemala America/Managua
            America/Regina America/Swift_Current America/Tegucigalpa Canada/Saskatchewan
        rule <-04>4 -04:00 zones America/Boa_Vista America/Campo_Grande America/Caracas America/Cuiaba America/Guyana
            America/La_Paz America/Manaus America/Porto_Velho Brazil/West Etc/GMT+4
        rule <-05>5 -05:00 zones America/Bogota America/Eirunepe America/Guayaquil America/Lima America/Porto_Acre
            America/Rio_Branco Brazil/Acre Etc/GMT+5
        rule MST7MDT,M3.2.0,M11.1.0 -07:00 zones America/Boise America/Cambridge_Bay America/Denver America/Edmonton
            America/Inuvik America/Shiprock America/Yellowknife Canada/Mountain MST7MDT Navajo US/Mountain
        rule CST6CDT,M3.2.0,M11.1.0 -06:00 zones America/Chicago America/Indiana/Knox America/Indiana/Tell_City
            America/Knox_IN America/Matamoros America/Menominee America/North_Dakota/Beulah America/North_Dakota/Center
            America/North_Dakota/New_Salem America/Rainy_River America/Rankin_Inlet America/Resolute America/Winnipeg
            CST6CDT Canada/Central US/Central US/Indiana-Starke
        rule CST6 -07:00 until 2020-04-05T09:00Z-06:00 2020-10-25T08:00Z-07:00 2021-04-04T09:00Z-06:00
            2021-10-31T08:00Z-07:00 2022-04-03T09:00Z-06:00 zones America/Chihuahua
        rule MST7MDT,M3.2.0,M11.1.0 -07:00 until 2020-03-08T09:00Z-06:00 2020-11-01T08:00Z-07:00 2021-03-14T09:00Z-06:00
            2021-11-07T08:00Z-07:00 2022-03-13T09:00Z-06:00 2022-11-30T06:00Z-07:00 zones America/Ciudad_Juarez
        rule <-03>3 -03:00 until 2020-04-05T03:00Z-04:00 2020-09-06T04:00Z-03:00 2021-04-04T03:00Z-04:00
            2021-09-05T04:00Z-03:00 2022-04-03T03:00Z-04:00 2022-09-11T04:00Z-03:00 2023-04-02T03:00Z-04:00
            2023-09-03T04:00Z-03:00 2024-04-07T03:00Z-04:00 2024-09-08T04:00Z-03:00 zones America/Coyhaique
        rule MST7 -07:00 zones America/Creston America/Dawson_Creek America/Fort_Nelson America/Hermosillo
            America/Phoenix MST US/Arizona
        rule MST7 -08:00 until 2020-03-08T10:00Z-07:00 zones America/Dawson America/Whitehorse Canada/Yukon
        rule EST5EDT,M3.2.0,M11.1.0 -05:00 zones America/Detroit America/Fort_Wayne America/Grand_Turk
            America/Indiana/Indianapolis America/Indiana/Marengo America/Indiana/Petersburg America/Indiana/Vevay
            America/Indiana/Vincennes America/Indiana/Winamac America/Indianapolis America/Iqaluit
            America/Kentucky/Louisville America/Kentucky/Monticello America/Louisville America/Montreal America/Nassau
            America/New_York America/Nipigon America/Pangnirtung America/Port-au-Prince America/Thunder_Bay
            America/Toronto Canada/Eastern EST5EDT US/East-Indiana US/Eastern US/Michigan
        rule PST8PDT,M3.2.0,M11.1.0 -08:00 zones America/Ensenada America/Los_Angeles America/Santa_Isabel
            America/Tijuana America/Vancouver Canada/Pacific Mexico/BajaNorte PST8PDT US/Pacific
        rule AST4ADT,M3.2.0,M11.1.0 -04:00 zones America/Glace_Bay America/Goose_Bay America/Halifax America/Moncton
            America/Thule Atlantic/Bermuda Canada/Atlantic
        rule <-02>2<-01>,M3.5.0/-1,M10.5.0/0 -03:00 until 2020-03-29T01:00Z-02:00 2020-10-25T01:00Z-03:00
            2021-03-28T01:00Z-02:00 2021-10-31T01:00Z-03:00 2022-03-27T01:00Z-02:00 2022-10-30T01:00Z-03:00
            2023-03-26T01:00Z-02:00 2024-03-31T01:00Z-01:00 zones America/Godthab America/Nuuk
        rule CST5CDT,M3.2.0/0,M11.1.0/1 -05:00 zones America/Havana Cuba
        rule MST7 -07:00 until 2020-04-05T09:00Z-06:00 2020-10-25T08:00Z-07:00 2021-04-04T09:00Z-06:00
            2021-10-31T08:00Z-07:00 2022-04-03T09:00Z-06:00 2022-10-30T08:00Z-07:00 zones America/Mazatlan
            Mexico/BajaSur
        rule <-03>3<-02>,M3.2.0,M11.1.0 -03:00 zones America/Miquelon
        rule <-02>2 -02:00 zones America/Noronha Atlantic/South_Georgia Brazil/DeNoronha Etc/GMT+2
        rule CST6CDT,M3.2.0,M11.1.0 -07:00 until 2020-03-08T09:00Z-06:00 2020-11-01T08:00Z-07:00 2021-03-14T09:00Z-06:00
            2021-11-07T08:00Z-07:00 2022-03-13T09:00Z-06:00 2023-03-12T08:00Z-05:00 zones America/Ojinaga
        rule <-04>4<-03>,M9.1.6/24,M4.1.6/24 -03:00 until 2020-04-05T03:00Z-04:00 2020-09-06T04:00Z-03:00
            2021-04-04T03:00Z-04:00 2021-09-05T04:00Z-03:00 2022-04-03T03:00Z-04:00 2022-09-11T04:00Z-03:00 zones
            America/Santiago Chile/Continental
        rule <-02>2<-01>,M3.5.0/-1,M10.5.0/0 -01:00 until 2020-03-29T01:00Z+00:00 2020-10-25T01:00Z-01:00
            2021-03-28T01:00Z+00:00 2021-10-31T01:00Z-01:00 2022-03-27T01:00Z+00:00 2022-10-30T01:00Z-01:00
            2023-03-26T01:00Z+00:00 2023-10-29T01:00Z-01:00 2024-10-27T01:00Z-02:00 zones America/Scoresbysund
        rule NST3:30NDT,M3.2.0,M11.1.0 -03:30 zones America/St_Johns Canada/Newfoundland
        rule <+08>-8 +11:00 until 2020-03-07T16:00Z+08:00 2020-10-03T16:01Z+11:00 2021-03-13T13:00Z+08:00
            2021-10-02T16:01Z+11:00 2022-03-12T13:00Z+08:00 2022-10-01T16:01Z+11:00 2023-03-08T16:00Z+08:00 zones
            Antarctica/Casey
        rule <+07>-7 +07:00 zones Antarctica/Davis Asia/Bangkok Asia/Barnaul Asia/Ho_Chi_Minh Asia/Hovd Asia/Krasnoyarsk
            Asia/Novokuznetsk Asia/Novosibirsk Asia/Phnom_Penh Asia/Saigon Asia/Tomsk Asia/Vientiane Etc/GMT-7
            Indian/Christmas
        rule <+10>-10 +10:00 zones Antarctica/DumontDUrville Asia/Ust-Nera Asia/Vladivostok Etc/GMT-10 Pacific/Chuuk
            Pacific/Port_Moresby Pacific/Truk Pacific/Yap
        rule AEST-10AEDT,M10.1.0,M4.1.0/3 +11:00 zones Antarctica/Macquarie Australia/ACT Australia/Canberra
            Australia/Currie Australia/Hobart Australia/Melbourne Australia/NSW Australia/Sydney Australia/Tasmania
            Australia/Victoria
        rule <+05>-5 +05:00 zones Antarctica/Mawson Asia/Aqtau Asia/Aqtobe Asia/Ashgabat Asia/Ashkhabad Asia/Atyrau
            Asia/Dushanbe Asia/Oral Asia/Qyzylorda Asia/Samarkand Asia/Tashkent Asia/Yekaterinburg Etc/GMT-5
            Indian/Kerguelen Indian/Maldives
        rule NZST-12NZDT,M9.5.0,M4.1.0/3 +13:00 zones Antarctica/McMurdo Antarctica/South_Pole NZ Pacific/Auckland
        rule <+03>-3 +03:00 zones Antarctica/Syowa Asia/Aden Asia/Baghdad Asia/Bahrain Asia/Istanbul Asia/Kuwait
            Asia/Qatar Asia/Riyadh Etc/GMT-3 Europe/Istanbul Europe/Minsk Turkey
        rule <+00>0<+02>-2,M3.5.0/1,M10.5.0/3 +00:00 zones Antarctica/Troll
        rule <+05>-5 +07:00 until 2023-12-17T19:00Z+05:00 zones Antarctica/Vostok
        rule <+05>-5 +06:00 until 2024-02-29T18:00Z+05:00 zones Asia/Almaty Asia/Qostanay
        rule <+03>-3 +02:00 until 2020-03-26T22:00Z+03:00 2020-10-29T22:00Z+02:00 2021-03-25T22:00Z+03:00
            2021-10-28T22:00Z+02:00 2022-02-24T22:00Z+03:00 zones Asia/Amman
        rule <+12>-12 +12:00 zones Asia/Anadyr Asia/Kamchatka Etc/GMT-12 Kwajalein Pacific/Funafuti Pacific/Kwajalein
            Pacific/Majuro Pacific/Nauru Pacific/Tarawa Pacific/Wake Pacific/Wallis
        rule <+04>-4 +04:00 zones Asia/Baku Asia/Dubai Asia/Muscat Asia/Tbilisi Asia/Yerevan Etc/GMT-4 Europe/Astrakhan
            Europe/Samara Europe/Saratov Europe/Ulyanovsk Indian/Mahe Indian/Mauritius Indian/Reunion
        rule EET-2EEST,M3.5.0/0,M10.5.0/0 +02:00 zones Asia/Beirut
        rule <+06>-6 +06:00 zones Asia/Bishkek Asia/Dacca Asia/Dhaka Asia/Kashgar Asia/Omsk Asia/Thimbu Asia/Thimphu
            Asia/Urumqi Etc/GMT-6 Indian/Chagos
        rule <+08>-8 +08:00 zones Asia/Brunei Asia/Choibalsan Asia/Irkutsk Asia/Kuala_Lumpur Asia/Kuching Asia/Singapore
            Asia/Ulaanbaatar Asia/Ulan_Bator Etc/GMT-8 Singapore
        rule IST-5:30 +05:30 zones Asia/Calcutta Asia/Kolkata
        rule <+09>-9 +09:00 zones Asia/Chita Asia/Dili Asia/Khandyga Asia/Yakutsk Etc/GMT-9 Pacific/Palau
        rule CST-8 +08:00 zones Asia/Chongqing Asia/Chungking Asia/Harbin Asia/Macao Asia/Macau Asia/Shanghai
            Asia/Taipei PRC ROC
        rule <+0530>-5:30 +05:30 zones Asia/Colombo
        rule <+03>-3 +02:00 until 2020-03-26T22:00Z+03:00 2020-10-29T21:00Z+02:00 2021-03-25T22:00Z+03:00
            2021-10-28T21:00Z+02:00 2022-03-24T22:00Z+03:00 zones Asia/Damascus
        rule EET-2EEST,M3.5.0/3,M10.5.0/4 +02:00 zones Asia/Famagusta Asia/Nicosia EET Europe/Athens Europe/Bucharest
            Europe/Helsinki Europe/Kiev Europe/Kyiv Europe/Mariehamn Europe/Nicosia Europe/Riga Europe/Sofia
            Europe/Tallinn Europe/Uzhgorod Europe/Vilnius Europe/Zaporozhye
        rule EET-2EEST,M3.4.4/50,M10.4.4/50 +02:00 until 2020-03-27T22:00Z+03:00 2020-10-23T22:00Z+02:00
            2021-03-26T22:00Z+03:00 2021-10-28T22:00Z+02:00 2022-03-26T22:00Z+03:00 2022-10-28T23:00Z+02:00
            2023-04-29T00:00Z+03:00 2023-10-27T23:00Z+02:00 2024-04-20T00:00Z+03:00 2024-10-25T23:00Z+02:00
            2025-04-12T00:00Z+03:00 2025-10-24T23:00Z+02:00 2026-03-28T00:00Z+03:00 2026-10-23T23:00Z+02:00
            2027-03-27T00:00Z+03:00 2027-10-29T23:00Z+02:00 2028-03-25T00:00Z+03:00 2028-10-27T23:00Z+02:00
            2029-03-24T00:00Z+03:00 2029-10-26T23:00Z+02:00 2030-03-30T00:00Z+03:00 2030-10-25T23:00Z+02:00
            2031-03-29T00:00Z+03:00 2031-10-24T23:00Z+02:00 2032-03-27T00:00Z+03:00 2032-10-29T23:00Z+02:00
            2033-03-26T00:00Z+03:00 2033-10-28T23:00Z+02:00 2034-03-25T00:00Z+03:00 2034-10-27T23:00Z+02:00
            2035-03-24T00:00Z+03:00 2035-10-26T23:00Z+02:00 2036-03-29T00:00Z+03:00 2036-10-17T23:00Z+02:00
            2037-03-28T00:00Z+03:00 2037-10-09T23:00Z+02:00 2038-03-27T00:00Z+03:00 2038-09-24T23:00Z+02:00
            2039-03-26T00:00Z+03:00 2039-09-16T23:00Z+02:00 2040-03-24T00:00Z+03:00 2040-08-31T23:00Z+02:00
            2040-10-20T00:00Z+03:00 2040-10-26T23:00Z+02:00 2041-03-30T00:00Z+03:00 2041-08-23T23:00Z+02:00
            2041-10-05T00:00Z+03:00 2041-10-25T23:00Z+02:00 2042-03-29T00:00Z+03:00 2042-08-15T23:00Z+02:00
            2042-09-27T00:00Z+03:00 2042-10-24T23:00Z+02:00 2043-03-28T00:00Z+03:00 2043-07-31T23:00Z+02:00
            2043-09-19T00:00Z+03:00 2043-10-23T23:00Z+02:00 2044-03-26T00:00Z+03:00 2044-07-22T23:00Z+02:00
            2044-09-03T00:00Z+03:00 2044-10-28T23:00Z+02:00 2045-03-25T00:00Z+03:00 2045-07-14T23:00Z+02:00
            2045-08-26T00:00Z+03:00 2045-10-27T23:00Z+02:00 2046-03-24T00:00Z+03:00 2046-06-29T23:00Z+02:00
            2046-08-18T00:00Z+03:00 2046-10-26T23:00Z+02:00 2047-03-30T00:00Z+03:00 2047-06-21T23:00Z+02:00
            2047-08-03T00:00Z+03:00 2047-10-25T23:00Z+02:00 2048-03-28T00:00Z+03:00 2048-06-05T23:00Z+02:00
            2048-07-25T00:00Z+03:00 2048-10-23T23:00Z+02:00 2049-03-27T00:00Z+03:00 2049-05-28T23:00Z+02:00
            2049-07-10T00:00Z+03:00 2049-10-29T23:00Z+02:00 2050-03-26T00:00Z+03:00 2050-05-20T23:00Z+02:00
            2050-07-02T00:00Z+03:00 2050-10-28T23:00Z+02:00 2051-03-25T00:00Z+03:00 2051-05-05T23:00Z+02:00
            2051-06-24T00:00Z+03:00 2051-10-27T23:00Z+02:00 2052-03-30T00:00Z+03:00 2052-04-26T23:00Z+02:00
            2052-06-08T00:00Z+03:00 2052-10-25T23:00Z+02:00 2053-03-29T00:00Z+03:00 2053-04-11T23:00Z+02:00
            2053-05-31T00:00Z+03:00 2053-10-24T23:00Z+02:00 2054-03-28T00:00Z+03:00 2054-04-03T23:00Z+02:00
            2054-05-23T00:00Z+03:00 2054-10-23T23:00Z+02:00 2055-05-08T00:00Z+03:00 2055-10-29T23:00Z+02:00
            2056-04-29T00:00Z+03:00 2056-10-27T23:00Z+02:00 2057-04-14T00:00Z+03:00 2057-10-26T23:00Z+02:00
            2058-04-06T00:00Z+03:00 2058-10-25T23:00Z+02:00 2059-03-29T00:00Z+03:00 2059-10-24T23:00Z+02:00
            2060-03-27T00:00Z+03:00 2060-10-29T23:00Z+02:00 2061-03-26T00:00Z+03:00 2061-10-28T23:00Z+02:00
            2062-03-25T00:00Z+03:00 2062-10-27T23:00Z+02:00 2063-03-24T00:00Z+03:00 2063-10-26T23:00Z+02:00
            2064-03-29T00:00Z+03:00 2064-10-24T23:00Z+02:00 2065-03-28T00:00Z+03:00 2065-10-23T23:00Z+02:00
            2066-03-27T00:00Z+03:00 2066-10-29T23:00Z+02:00 2067-03-26T00:00Z+03:00 2067-10-28T23:00Z+02:00
            2068-03-24T00:00Z+03:00 2068-10-19T23:00Z+02:00 2069-03-30T00:00Z+03:00 2069-10-11T23:00Z+02:00
            2070-03-29T00:00Z+03:00 2070-10-03T23:00Z+02:00 2071-03-28T00:00Z+03:00 2071-09-18T23:00Z+02:00
            2072-03-26T00:00Z+03:00 2072-09-09T23:00Z+02:00 2072-10-22T00:00Z+03:00 2072-10-28T23:00Z+02:00
            2073-03-25T00:00Z+03:00 2073-09-01T23:00Z+02:00 2073-10-14T00:00Z+03:00 2073-10-27T23:00Z+02:00
            2074-03-24T00:00Z+03:00 2074-08-17T23:00Z+02:00 2074-10-06T00:00Z+03:00 2074-10-26T23:00Z+02:00
            2075-03-30T00:00Z+03:00 2075-08-09T23:00Z+02:00 2075-09-21T00:00Z+03:00 2075-10-25T23:00Z+02:00
            2076-03-28T00:00Z+03:00 2076-07-24T23:00Z+02:00 2076-09-12T00:00Z+03:00 2076-10-23T23:00Z+02:00
            2077-03-27T00:00Z+03:00 2077-07-16T23:00Z+02:00 2077-09-04T00:00Z+03:00 2077-10-29T23:00Z+02:00
            2078-03-26T00:00Z+03:00 2078-07-08T23:00Z+02:00 2078-08-20T00:00Z+03:00 2078-10-28T23:00Z+02:00
            2079-03-25T00:00Z+03:00 2079-06-23T23:00Z+02:00 2079-08-12T00:00Z+03:00 2079-10-27T23:00Z+02:00
            2080-03-30T00:00Z+03:00 2080-06-14T23:00Z+02:00 2080-07-27T00:00Z+03:00 2080-10-25T23:00Z+02:00
            2081-03-29T00:00Z+03:00 2081-06-06T23:00Z+02:00 2081-07-19T00:00Z+03:00 2081-10-24T23:00Z+02:00
            2082-03-28T00:00Z+03:00 2082-05-22T23:00Z+02:00 2082-07-11T00:00Z+03:00 2082-10-23T23:00Z+02:00
            2083-03-27T00:00Z+03:00 2083-05-14T23:00Z+02:00 2083-06-26T00:00Z+03:00 2083-10-29T23:00Z+02:00
            2084-03-25T00:00Z+03:00 2084-04-28T23:00Z+02:00 2084-06-17T00:00Z+03:00 2084-10-27T23:00Z+02:00
            2085-03-24T00:00Z+03:00 2085-04-20T23:00Z+02:00 2085-06-09T00:00Z+03:00 2085-10-26T23:00Z+02:00
            2086-03-30T00:00Z+03:00 2086-04-12T23:00Z+02:00 2086-05-25T00:00Z+03:00 zones Asia/Gaza Asia/Hebron
        rule HKT-8 +08:00 zones Asia/Hong_Kong Hongkong
        rule WIB-7 +07:00 zones Asia/Jakarta Asia/Pontianak
        rule WIT-9 +09:00 zones Asia/Jayapura
        rule IST-2IDT,M3.4.4/26,M10.5.0 +02:00 zones Asia/Jerusalem Asia/Tel_Aviv Israel
        rule <+0430>-4:30 +04:30 zones Asia/Kabul
        rule PKT-5 +05:00 zones Asia/Karachi
        rule <+0545>-5:45 +05:45 zones Asia/Kathmandu Asia/Katmandu
        rule <+11>-11 +11:00 zones Asia/Magadan Asia/Sakhalin Asia/Srednekolymsk Etc/GMT-11 Pacific/Bougainville
            Pacific/Efate Pacific/Guadalcanal Pacific/Kosrae Pacific/Noumea Pacific/Pohnpei Pacific/Ponape
        rule WITA-8 +08:00 zones Asia/Makassar Asia/Ujung_Pandang
        rule PST-8 +08:00 zones Asia/Manila
        rule KST-9 +09:00 zones Asia/Pyongyang Asia/Seoul ROK
        rule <+0630>-6:30 +06:30 zones Asia/Rangoon Asia/Yangon Indian/Cocos
        rule <+0330>-3:30 +03:30 until 2020-03-20T20:30Z+04:30 2020-09-20T19:30Z+03:30 2021-03-21T20:30Z+04:30
            2021-09-21T19:30Z+03:30 2022-03-21T20:30Z+04:30 2022-09-21T19:30Z+03:30 zones Asia/Tehran Iran
        rule JST-9 +09:00 zones Asia/Tokyo Japan
        rule <-01>1<+00>,M3.5.0/0,M10.5.0/1 -01:00 zones Atlantic/Azores
        rule WET0WEST,M3.5.0/1,M10.5.0 +00:00 zones Atlantic/Canary Atlantic/Faeroe Atlantic/Faroe Atlantic/Madeira
            Europe/Lisbon Portugal WET
        rule <-01>1 -01:00 zones Atlantic/Cape_Verde Etc/GMT+1
        rule ACST-9:30ACDT,M10.1.0,M4.1.0/3 +10:30 zones Australia/Adelaide Australia/Broken_Hill Australia/South
            Australia/Yancowinna
        rule AEST-10 +10:00 zones Australia/Brisbane Australia/Lindeman Australia/Queensland
        rule ACST-9:30 +09:30 zones Australia/Darwin Australia/North
        rule <+0845>-8:45 +08:45 zones Australia/Eucla
        rule <+1030>-10:30<+11>-11,M10.1.0,M4.1.0 +11:00 zones Australia/LHI Australia/Lord_Howe
        rule AWST-8 +08:00 zones Australia/Perth Australia/West
        rule <-06>6<-05>,M9.1.6/22,M4.1.6/22 -05:00 until 2020-04-05T03:00Z-06:00 2020-09-06T04:00Z-05:00
            2021-04-04T03:00Z-06:00 2021-09-05T04:00Z-05:00 2022-04-03T03:00Z-06:00 2022-09-11T04:00Z-05:00 zones
            Chile/EasterIsland Pacific/Easter
        rule IST-1GMT0,M10.5.0,M3.5.0/1 +00:00 zones Eire Europe/Dublin
        rule <-10>10 -10:00 zones Etc/GMT+10 Pacific/Rarotonga Pacific/Tahiti
        rule <-11>11 -11:00 zones Etc/GMT+11 Pacific/Niue
        rule <-12>12 -12:00 zones Etc/GMT+12
        rule <-06>6 -06:00 zones Etc/GMT+6 Pacific/Galapagos
        rule <-07>7 -07:00 zones Etc/GMT+7
        rule <-08>8 -08:00 zones Etc/GMT+8 Pacific/Pitcairn
        rule <-09>9 -09:00 zones Etc/GMT+9 Pacific/Gambier
        rule <+01>-1 +01:00 zones Etc/GMT-1
        rule <+13>-13 +13:00 zones Etc/GMT-13 Pacific/Enderbury Pacific/Fakaofo Pacific/Kanton Pacific/Tongatapu
        rule <+14>-14 +14:00 zones Etc/GMT-14 Pacific/Kiritimati
        rule <+02>-2 +02:00 zones Etc/GMT-2
        rule UTC0 +00:00 zones Etc/UCT Etc/UTC Etc/Universal Etc/Zulu UCT UTC Universal Zulu
        rule GMT0BST,M3.5.0/1,M10.5.0 +00:00 zones Europe/Belfast Europe/Guernsey Europe/Isle_of_Man Europe/Jersey
            Europe/London GB GB-Eire
        rule EET-2EEST,M3.5.0,M10.5.0/3 +02:00 zones Europe/Chisinau Europe/Tiraspol
        rule MSK-3 +03:00 zones Europe/Kirov Europe/Moscow Europe/Simferopol W-SU
        rule MSK-3 +04:00 until 2020-12-26T22:00Z+03:00 zones Europe/Volgograd
        rule HST10 -10:00 zones HST Pacific/Honolulu Pacific/Johnston US/Hawaii
        rule MET-1MEST,M3.5.0,M10.5.0/3 +01:00 zones MET
        rule <+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45 +13:45 zones NZ-CHAT Pacific/Chatham
        rule <+13>-13 +14:00 until 2020-04-04T14:00Z+13:00 2020-09-26T14:00Z+14:00 2021-04-03T14:00Z+13:00 zones
            Pacific/Apia
        rule <+12>-12 +13:00 until 2020-01-11T14:00Z+12:00 2020-12-19T14:00Z+13:00 2021-01-16T14:00Z+12:00 zones
            Pacific/Fiji
        rule ChST-10 +10:00 zones Pacific/Guam Pacific/Saipan
        rule <-0930>9:30 -09:30 zones Pacific/Marquesas
        rule SST11 -11:00 zones Pacific/Midway Pacific/Pago_Pago Pacific/Samoa US/Samoa
        rule <+11>-11<+12>,M10.1.0,M4.1.0/3 +12:00 zones Pacific/Norfolk
        """
}
