"""Invented people, and what their reviews, orders and chats may say of them: values of each kind in sentences.

Nobody in it exists.  Names are put together by chance; e-mail addresses and sites are of domains kept for examples (RFC
2606), addresses of the internet of documentation (RFC 5737, 3849), telephone numbers of ranges kept for fiction where a
country has one.  Cards, accounts and national numbers are made of random digits and their check digits.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from stdnum import luhn, verhoeff
from stdnum.iso7064 import mod_97_10

__all__ = ["LANGUAGES", "Planted", "planted"]

Random = random.Random


@dataclass(frozen=True)
class Planted:
    """A sentence with a value in it that nothing may be left of."""

    kind: str
    text: str
    value: str


# --- names ---------------------------------------------------------------------------------------------------------

LANGUAGES = {
    "en": (
        "Jane Emily Oliver Jack Keeley Tamsin Rhiannon Barnaby Priya Dwayne",
        "Miller O'Neill Winterbourne Ashdown Fairclough Okafor Smith-Jones Quill",
        "Order for {}|Engraved for {}|Dear {},\nthanks for everything|Kind regards,\n{}|Customer: {}|Please ship to {}, thank you"
        "|The parcel for {} never came|Gift message from {}|This order was placed by {}|My name is {} and I am waiting"
        "|bought by {} in May|Made for {} by order|Invoice to {}, please|I spoke to {} on Monday",
    ),
    "de": (
        "Jana Uwe Heike Torben Friederike Swantje Detlef Annegret Korbinian Ayşe",
        "Meier Müller-Lüdenscheid Schröder Kowalke Überall Grünewald Öztürk Vogelsang",
        "Bestellung für {}|Graviert für {}|Sehr geehrte Frau {},|Liebe Grüße, {}|Kunde: {}|Lieferung an {}|Das Paket für {} fehlt"
        "|Bestellt von {}|Mein Name ist {} und ich warte|Mit freundlichen Grüßen\n{}|Rechnung an {} bitte|Empfänger: {}"
        "|Bitte an mich schicken, auf den Namen {}|Geschenk von {}",
    ),
    "fr": (
        "Élodie Camille Thibault Gaspard Maëlys Ghislaine Loïc Fatou Anne-Laure Yann",
        "Dupont Lefèvre de La Tour Bœuf Marchand Le Goff Petitjean N'Diaye",
        "Commande de {}|Gravé pour {}|Bonjour {},\nmerci|Cordialement,\n{}|Client : {}|Livraison à {}|Le colis pour {} est perdu"
        "|Commandé par {}|Je m'appelle {} et j'attends|Au nom de {}|Facture pour {}|Destinataire : {}|Chère {},|Cadeau de {}",
    ),
    "es": (
        "Lucía Íñigo Remedios Joaquín Xavier Nerea Anselmo Guadalupe Itziar Ramiro",
        "García Muñoz de la Fuente Ibáñez Quintanilla Ruiz Zapatero Echeverría",
        "Pedido de {}|Grabado para {}|Estimada {}:|Saludos,\n{}|Cliente: {}|Enviar a {}, gracias|El paquete para {} no llegó"
        "|Comprado por {}|Me llamo {} y espero|A nombre de {}|Factura para {}|Destinatario: {}|Hola {},|Regalo de {}",
    ),
    "it": (
        "Giulia Ottavia Ludovico Gennaro Fiorella Tommaso Ilaria Calogero Nives Ezio",
        "Rossi D'Angelo Esposito Della Valle Lo Cascio Bianchini Zuccarello Ferri",
        "Ordine di {}|Inciso per {}|Gentile {},|Cordiali saluti,\n{}|Cliente: {}|Spedire a {}, grazie|Il pacco per {} manca"
        "|Acquistato da {}|Mi chiamo {} e aspetto|A nome di {}|Fattura per {}|Destinatario: {}|Ciao {},|Regalo di {}",
    ),
    "nl": (
        "Sanne Gijsbert Fenna Teun Mieke Wietske Jorrit Roosmarijn Bente Hidde",
        "de Vries van den Berg Jansen Oosterhuis ter Horst Bakker Dijkstra van Dam",
        "Bestelling van {}|Gegraveerd voor {}|Beste {},|Met vriendelijke groet,\n{}|Klant: {}|Bezorgen bij {} alstublieft"
        "|Het pakket voor {} is kwijt|Besteld door {}|Mijn naam is {} en ik wacht|Op naam van {}|Factuur aan {}|Ontvanger: {}"
        "|Geachte {},|Cadeau van {}",
    ),
    "pl": (
        "Agnieszka Bożena Zdzisław Kinga Jarosław Urszula Łucja Wieńczysław Żaneta Igor",
        "Kowalska Nowak Wiśniewski Dąbrowska Żuraw Łęcki Śliwa Pietrzak",
        "Zamówienie dla {}|Grawer dla {}|Szanowna {},|Pozdrawiam,\n{}|Klient: {}|Wysłać do {}, proszę|Paczka dla {} zaginęła"
        "|Zamówione przez {}|Nazywam się {} i czekam|Na nazwisko {}|Faktura dla {}|Odbiorca: {}|Z poważaniem,\n{}|Prezent od {}",
    ),
    "pt": (
        "Mafalda Gonçalo Constança Zulmira Tomé Benedita Álvaro Iracema Sebastião Rute",
        "Silva Conceição dos Santos Magalhães Figueiredo da Costa Brandão Xavier",
        "Encomenda de {}|Gravado para {}|Prezada {},|Cumprimentos,\n{}|Cliente: {}|Enviar para {}, obrigado|O pacote para {} sumiu"
        "|Comprado por {}|O meu nome é {} e espero|Em nome de {}|Fatura para {}|Destinatário: {}|Olá {},|Presente de {}",
    ),
}
"""Language -> given names, surnames (some of several words), and sentences in which a name stands beside order words."""

_PARTICLES = {"de", "la", "della", "der", "den", "van", "von", "dos", "da", "ter", "le", "lo"}


def _surnames(text: str) -> list[str]:
    """Put particles to the words that follow them: ``van den Berg`` is one surname."""
    names: list[str] = []
    begun: list[str] = []
    for word in text.split():
        begun.append(word)
        if word.lower() not in _PARTICLES:
            names.append(" ".join(begun))
            begun = []
    return names


def _names(rng: Random) -> Iterator[Planted]:
    for language, (given, family, sentences) in LANGUAGES.items():
        for sentence in sentences.split("|"):
            for _ in range(4):
                name = f"{rng.choice(given.split())} {rng.choice(_surnames(family))}"
                yield Planted(f"name {language}", sentence.format(name), name)


# --- what is made of digits and letters ------------------------------------------------------------------------------


def _digits(rng: Random, form: str) -> str:
    """Return the form with a digit for each ``#`` and a capital for each ``¤``."""
    letters = {"#": string.digits, "¤": "ABCDEFGHJKLMNPRSTUVWXYZ"}
    return "".join(rng.choice(letters[c]) if c in letters else c for c in form)


def _card(rng: Random) -> str:
    start, length = rng.choice((("4", 16), ("51", 16), ("2221", 16), ("37", 15), ("6011", 16)))
    body = start + _digits(rng, "#" * (length - len(start) - 1))
    number = body + luhn.calc_check_digit(body)
    groups = (4, 10) if length == 15 else (4, 8, 12)
    separator = rng.choice((" ", "-", ".", "", " ", " - ", "\u2009", "/", "_"))
    return separator.join(number[a:b] for a, b in zip((0, *groups), (*groups, length), strict=True))


_IBANS = {
    "DE": "#" * 18,
    "GB": "¤¤¤¤" + "#" * 14,
    "NL": "¤¤¤¤" + "#" * 10,
    "FR": "#" * 23,
    "ES": "#" * 20,
    "PL": "#" * 24,
}


def _iban(rng: Random) -> str:
    country, form = rng.choice(list(_IBANS.items()))
    body = _digits(rng, form)
    iban = country + mod_97_10.calc_check_digits(body + country) + body
    return rng.choice((iban, " ".join(iban[i : i + 4] for i in range(0, len(iban), 4)), iban.lower()))


def _email(rng: Random) -> str:
    local = rng.choice(("jane.miller", "max_muster+shop", "o'neill", "JaneM", "k.öztürk", "x-ray99", "info"))
    domain, top = rng.choice(("example", "firma", "shop-mueller", "mail.bücher")), rng.choice(("com", "example", "org"))
    return rng.choice(
        (
            f"{local}@{domain}.{top}",
            f"{local}@{domain}.co.{top}",
            f"{local} (at) {domain} (dot) {top}",
            f"{local} [at] {domain}.{top}",
            f"{local}[at]{domain}[dot]{top}",
            f"{local} at {domain} dot {top}",
            f"{local} AT {domain} DOT {top}",
            f"{local}&#64;{domain}.{top}",
            f"{local}%40{domain}.{top}",
            f"{local}&commat;{domain}&period;{top}",
            f"{local}\u200b@{domain}.{top}",
            f"{local} @ {domain}.{top}",
            f"{local}@{domain}[.]{top}",
            f"{local}＠{domain}.{top}",
            f"{local} at gmail.com",
            f"{local} arroba {domain} punto {top}",
            f"{local}{{at}}{domain}{{dot}}{top}",
            f"mailto:{local}@{domain}.{top}".removeprefix("mailto:"),
        )
    )


_PHONES = (
    "+44 20 7946 0###|+1 (212) 555-01##|+49 30 23125 ###|+49 (0)30 23125 ###|+33 1 99 00 ## ##|+34 612 345 ###|+48 512 345 ###"
    "|+39 347 123 4###|+31 6 1234 56##|+351 912 345 ###|0044 20 7946 0###|+91 98765 43###|+4930231250##|(212) 555-01##"
    "|212-555-01##|07700 900###|020 7946 0###|030/231250##|0171/23456##|0171 23456##|06 39 98 01 ##|06.39.98.01.##"
)
_TOLD_PHONES = (
    "Tel. {}:0171/23456##|Telefon: {}:030 231250##|WhatsApp {}:98765432##|Call {}:612 345 6##|Mobil {}:0664 12345##|Tel: {}:01 42 68 53 ##"
    "|Mobile: {}:07700900###|my phone is {}:2125550###|Rufen Sie an: {}:0152 288173##|llame al {}:612 345 6##|cell {}:347 12345##"
    "|Telefoon {}:06-123456##|tel. kom. {}:512 345 6##|telemóvel {}:912 345 6##|Handynummer {}:01522881737#|Phone number: {}:(212) 5550###"
    "|text me on {}:07700 900###|tél : {}:0639980###|telefono {}:06 1234 56##|numer telefonu {}:51234567#"
)


def _told(rng: Random, cases: str) -> tuple[str, str]:
    sentence, _, form = rng.choice(cases.split("|")).rpartition(":")
    return sentence, _digits(rng, form)


def _phone(rng: Random) -> tuple[str, str]:
    if rng.random() < 0.5:
        return _told(rng, _TOLD_PHONES)
    written = rng.choice(_PHONES.split("|"))
    return rng.choice(("You reach me under {} in the evening", "{} is my number", "Please ring {}.")), _digits(
        rng, written
    )


_ADDRESSES = (
    "## High Street, Anytown, AB1 2CD|1## Mill Lane, Flat 3, Nowhereham QQ9 9QQ|4### Fictional Avenue, Springtown, IL 627##"
    "|Rose Cottage, Mill Lane, Anytown, AB1 2CD|5 Elm Dr., Nowheresville, IL 62704-12##|2## Invented Road|P.O. Box 12##"
    "|7 old mill road, anytown ab1 2cd|Apt 4B, 1## Nowhere Street, Placeholder, NY 100##"
    "|Musterstr. ##, 123## Musterstadt|Erfundene Straße ##a, 509## Nirgendhausen|Am Marktplatz #, 509## Nirgendhausen"
    "|Lindenweg ##, D-509## Nirgendhausen|Hauptstraße ##|Postfach 12##, 509## Nirgendhausen|Ahornallee ## b\n509## Nirgendhausen"
    "|## bis, rue de la Fiction, 759## Nullepart|#2 avenue du Général Fictif, 690## Inventville|5 place de l'Église, 340## Nullepart"
    "|1## chemin des Vignes, 130## Nullepart|Calle de la Nada ##, 280## Ninguna|Avda. Inventada 1##, 3º B, 280## Ninguna"
    "|Plaza Mayor #, 450## Ninguna|C/ Ficticia, 12, 080## Ninguna|Via Inventata ##, 201## Nessuna|Corso Fittizio 1##, int. 4, 101## Nessuna"
    "|Piazza Garibaldi #, 001## Nessuna|Kerkstraat ##, 1012 AB Nergenshuizen|Dorpsplein #, 9712 CD Nergenshuizen|Prinsengracht 1##"
    "|Laan van Niets ##, 2517 EF Nergenshuizen|ul. Zmyślona ##/4, 00-1## Nigdzie|ulica Fikcyjna ##, 31-0## Nigdzie|al. Niepodległości 1##"
    "|os. Wymyślone #/12, 61-2## Nigdzie|Rua das Flores, 1##, 3º Esq., 1200-1## Nenhures|Avenida Inventada ##, 4000-1## Nenhures"
    "|Praça do Nada #, 1100-2## Nenhures|Travessa Fictícia ##, 4050-3## Nenhures"
)


def _address(rng: Random) -> str:
    return _digits(rng, rng.choice(_ADDRESSES.split("|")))


_BIRTHDATES = (
    "born on {}:3#.0#.1984|Date of birth: {}:198#-03-2#|DOB {}:0#/1#/1979|geboren am {}:2#.02.199#|Geburtsdatum: {}:1#. März 1981"
    "|née le {}:1# février 1990|date de naissance : {}:1#/04/196#|nacido el {}:1# de mayo de 198#|fecha de nacimiento: {}:1#/05/198#"
    "|nata il {}:1# giugno 197#|data di nascita {}:1#/06/197#|geboren op {}:1# juli 200#|geboortedatum: {}:1#-07-199#"
    "|urodzona {}:1# sierpnia 199#|data urodzenia: {}:1#.08.199#|nascida em {}:1# de setembro de 198#|my birthday is {}:March 1#, 198#"
)
_USERS = (
    "username: {}:jane_m##|user name {}:tarnwick.fan#|my login is {}:jane.miller##|find me as {}:@jane_miller#|Benutzername: {}:maxmuster##"
    "|identifiant : {}:elodie##|usuario: {}:lucia_garcia#|nome utente: {}:giulia##|gebruikersnaam: {}:sanne##|nazwa użytkownika: {}:kinga##"
    "|Instagram: {}:jane.m##|ask {} about it:@max.muster##|see instagram.com/{}:jane_m##|https://www.facebook.com/{}:max.muster.##"
    "|on Discord {}:JaneM#1234|Telegram @{}:janem###|nick: {}:quietkettle"
)
_ACCOUNTS = (
    "account number {}:########|Account no.: {}:1234 ####|sort code 12-34-## account {}:########|Kontonummer {}:##########|Konto-Nr.: {}:12######"
    "|BLZ {}:370 400 ##|número de cuenta: {}:################|rekeningnummer {}:12.34.56.###|numéro de compte {}:###########"
    "|numer konta: {}:## #### #### #### #### #### ####|conto corrente {}:000000######|conta nº {}:#########|routing number {}:0210000##"
    "|BIC {}:COBADEFFXXX|acct {}:####-####-##"
)
_PLATES = (
    "number plate {}:AB## CDE|license plate: {}:7ABC###|Kennzeichen {}:B-MW ####|mit dem Kennzeichen: {}:HH AB ###|plaque {}:AB-###-CD"
    "|immatriculation : {}:AA-###-BB|matrícula {}:#### BCD|targa {}:AB ### CD|kenteken {}:12-ABC-#|rejestracja {}:WA #####|matrícula: {}:12-AB-##"
    "|registration no. {}:AB## CDE"
)
_ORDERS = (
    "order number {}:########|Order #{}:10###|order no. {}:SO-2024-####|Bestellnummer: {}:B#######|Bestellung Nr. {}:######|commande n° {}:########"
    "|pedido número {}:######|ordine n. {}:IT-#####|bestelnummer {}:########|zamówienie nr {}:####/2024|encomenda nº {}:######|invoice no. {}:INV-#####"
    "|Rechnungsnummer {}:RE-20240###|tracking number {}:1Z999AA10123456###|Kundennummer: {}:K######|customer id: {}:C######|ticket #{}:#####|RMA: {}:R-#####"
)
_TOLD_IDS = (
    "my SSN is {}:536-90-43##|passport no. {}:C01X###47|Passport: {}:9####3210|driver's license {}:D123-4567-8###|Reisepass: {}:C01X00T4#"
    "|Personalausweis {}:L01X00T4#|Steuer-ID {}:865095713##|DNI {}:123456#8Z|NIE: {}:X123456#L|codice fiscale {}:RSSMRA85M01H501#|BSN {}:1112223##"
    "|PESEL: {}:440514013##|NIF {}:12345678#|CPF: {}:529.982.247-25|NHS number {}:943 476 59##|medicare number {}:2123 4567# 1|national insurance {}:QQ 12 34 5# C"
)
_BARE_IDS = (
    "it says {}:536-90-43##|number {}:AB 12 34 5# C|mine is {}:12345678Z|mine is {}:X1234567L|mine is {}:RSSMRA85M01H501Q|mine is {}:1 84 12 76 451 089 46"
    "|mine is {}:756.9217.0769.85|mine is {}:529.982.247-25|mine is {}:85.07.30-033.28|mine is {}:ABCPK1234L"
)
_SECRETS = (
    "password: {}:hunter2!#|Passwort: {}:Geheim##|mot de passe : {}:soleil##!|contraseña: {}:luna####|wachtwoord: {}:zon###!|hasło: {}:kot####|senha: {}:mar####"
    "|API key: {}:a1b2c3d4e5f6####|Bearer {}:abcd1234efgh5678####|PIN: {}:####|?"
)


def _token(rng: Random) -> tuple[str, str]:
    letters = string.ascii_letters + string.digits
    long = "".join(rng.choice(letters) for _ in range(40))
    return rng.choice(
        (
            ("key {} in the log", "AKIA" + _digits(rng, "¤#¤#¤#¤#¤#¤#¤#¤#")),
            ("I used {}", "sk" + "_live_" + long[:24]),
            ("token {}", "ghp" + "_" + long[:36]),
            ("{}", "xox" + "b-1234567890-" + long[:20]),
            ("AI {}", "AIza" + long[:35]),
            ("Shopify {}", "shpat" + "_" + _digits(rng, "#" * 32)),
            ("see https://shop.example/account/reset?token={}", long[:20]),
            ("https://shop.example/o/12?key={}&x=1", long[:16]),
            ("https://shop.example/login?session_id={}", long[:24]),
            ("https://{}@shop.example/feed", f"jane:{long[:8]}"),
            ("JWT {}", f"eyJ{long[:20]}.{long[:30]}.{long[:20]}"),
        )
    )


def _secret(rng: Random) -> tuple[str, str]:
    return _token(rng) if rng.random() < 0.6 else _told(rng, _SECRETS.removesuffix("|?"))


def _ip(rng: Random) -> str:
    return rng.choice(
        (
            f"203.0.113.{rng.randrange(256)}",
            f"198.51.100.{rng.randrange(256)}",
            f"2001:db8::{rng.randrange(1, 65536):x}",
            f"2001:0db8:85a3:0000:0000:8a2e:0370:{rng.randrange(65536):04x}",
            f"00:1A:2B:3C:4D:{rng.randrange(256):02X}",
        )
    )


def _aadhaar(rng: Random) -> str:
    body = _digits(rng, "2345#######")
    number = body + verhoeff.calc_check_digit(body)
    return f"{number[:4]} {number[4:8]} {number[8:]}"


def _any(sentences: str, value: Callable[[Random], str]) -> Callable[[Random], tuple[str, str]]:
    return lambda rng: (rng.choice(sentences.split("|")), value(rng))


_MAKERS: dict[str, Callable[[Random], tuple[str, str]]] = {
    "email": _any("Write to {} please|({})|my address is {}.|e-mail: {}, thanks", _email),
    "phone": _phone,
    "address": _any("send it to {} please|I live at {}|{}|My address: {}.|Lieferadresse: {}", _address),
    "card": _any("card {} 12/27|charged {}.|my Visa is {}|Karte: {}", _card),
    "iban": _any("IBAN {}|refund to {}.|auf das Konto {} bitte", _iban),
    "account": lambda rng: _told(rng, _ACCOUNTS),
    "ip": _any("from {} at night|IP: {}|my address {}, your log says", _ip),
    "user": lambda rng: _told(rng, _USERS),
    "birthdate": lambda rng: _told(rng, _BIRTHDATES),
    "id": lambda rng: _told(rng, rng.choice((_TOLD_IDS, _BARE_IDS))),
    "id (Aadhaar)": _any("mine is {}", _aadhaar),
    "plate": lambda rng: _told(rng, _PLATES),
    "order": lambda rng: _told(rng, _ORDERS),
    "secret": _secret,
}


def planted(each: int = 120, seed: int = 12) -> list[Planted]:
    """Return `each` invented sentences for each kind, and those with names; the same for the same seed."""
    rng = Random(seed)
    found = list(_names(rng))
    for kind, make in _MAKERS.items():
        for _ in range(each):
            sentence, value = make(rng)
            found.append(Planted(kind.split(" (")[0], sentence.format(value), value))
    return found
