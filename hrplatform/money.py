"""Amounts of money: whole numbers of a currency's smallest unit, so that sums are exact."""

from decimal import Decimal

from django.utils.formats import number_format

# ISO 4217, without units that are not money in hand (gold, funds, tests).
_CODES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
    COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR
    ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF
    SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU
    UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = tuple(_CODES.split())
_WITHOUT_FRACTION = frozenset(
    ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF")
)
_IN_THOUSANDTHS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))


def digits_of(currency: str) -> int:
    """How many digits of this currency stand after the separator."""
    return 0 if currency in _WITHOUT_FRACTION else 3 if currency in _IN_THOUSANDTHS else 2


def as_decimal(amount: int, currency: str) -> Decimal:
    """`amount` is in the smallest unit: 1250 of USD is 12.50."""
    return Decimal(amount).scaleb(-digits_of(currency))


def from_decimal(value: Decimal, currency: str) -> int:
    """`value` in whole units, as the number of smallest units: 12.50 of USD is 1250."""
    return int(value.scaleb(digits_of(currency)).to_integral_value())


def as_words(amount: int, currency: str) -> str:
    """As the language of the page writes it: 12.50 USD, 1.250,00 EUR. `amount` is in the smallest unit."""
    number = number_format(as_decimal(amount, currency), decimal_pos=digits_of(currency), force_grouping=True)
    return f"{number}\u00a0{currency}"
