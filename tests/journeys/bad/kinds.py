"""What each field of the forms is, so that what is tried in it follows. A new field must be named here."""

LINES = range(1, 6)

VEHICLE = {
    "version": "hidden",
    "creation_key": "hidden", "site": "list", "purchased_on": "date", "entered_on": "date", "vat_regime": "list", "vat_percent": "vat",
    "purchase_net": "amount", "purchase_evidence": "line", "asking_gross": "price", "plate": "plate", "plate_country": "list",
    "make": "name", "model": "line", "trim": "line", "vin": "vin", "kind": "list", "fuel": "fuel", "four_wheel_drive": "box",
    "mileage_confirmed": "box", "first_registered_on": "first date", "registered_on": "date", "registration_type": "line",
    "mileage_km": "kilometres", "co2_g_km": "co2", "tax_power_cv": "number", "din_power_hp": "din", "power_kw": "kw",
    "displacement_cm3": "number", "manufacturer_warranty_until": "date", "manufacturer_warranty_km": "kilometres of the warranty",
    "origin": "list", "warranty_label": "line", "market_value": "amount", "dms_number": "short line", "former_stock_number": "short line",
    "supplier": "line", "intermediary": "line",
    **{f"cost_label_{line}": "line" for line in LINES}, **{f"cost_amount_{line}": "amount" for line in LINES},
}  # fmt: skip

ORDER = {
    "creation_key": "hidden",
    "deposit_on": "date", **{f"deposit_{line}": "amount" for line in range(2, 9)}, **{f"paid_by_{line}": "list" for line in range(2, 9)},
    **{f"deposit_on_{line}": "date" for line in range(2, 9)},
    **dict.fromkeys(("version", "vehicle", "customer", "trade_in_vehicle", "asking_master", "agreed_master"), "hidden"),
    **{f"fee_kind_{line}": "hidden" for line in LINES}, **{f"fee_label_{line}": "line" for line in LINES},
    **{f"fee_amount_{line}": "amount" for line in LINES},
    "site": "list", "stock_number": "stock number", **dict.fromkeys(("plate", "model", "tax_power", "co2", "asking_vat", "agreed_vat", "discount"), "shown"),
    "mileage_km": "kilometres", "warranty": "list", "asking_net": "price", "asking_gross": "price", "title": "list",
    "last_name": "name", "first_name": "name", "siret": "siret", "address": "line", "address_2": "line", "address_3": "line",
    "postcode": "postcode", "city": "town", "country": "list", "email": "email", "phone": "phone", "mobile": "phone", "born_on": "birth",
    "born_in": "name", "profession": "line", "delivery_on": "delivery", "delivery_time": "hour", "delivery_place": "line",
    "deposit": "deposit", "paid_by": "list", "agreed_net": "price", "agreed_gross": "price", "trade_in_plate": "plate",
    "trade_in_model": "line", "trade_in_value": "amount", "trade_in_search": "search in the form", "financing": "list", "financing_from": "date",
    "financing_months": "months", "financing_reference": "line", "financing_amount": "amount", "lender": "line", "seller": "list",
    "print_name": "name", "made_at": "list", "edited_on": "date", "print_logo": "list",
    **dict.fromkeys(("print_order", "print_terms", "print_discount", "print_export", "print_big_logo"), "box"),
}  # fmt: skip

REASON = {"reason": "reason"}

SITE = {
    "version": "hidden", "bic_code": "short line", "code": "site code", "name": "name", "legal_name": "name", "brands": "line", "address": "line",
    "phone": "phone", "postcode": "postcode", "city": "town", "country": "list", "network_code": "rrd1", "dms_code": "short line",
    "manufacturer_code": "short line", "is_blocked": "box", "fixed_fees": "amount", "trade_fixed_fees": "amount",
    **{f"fee_label_{line}": "line" for line in LINES}, **{f"fee_amount_{line}": "amount" for line in LINES},
    **{f"fee_kind_{line}": "list" for line in LINES},
}  # fmt: skip

LOG_IN = {"username": "username", "password": "password"}
FORGOTTEN = {"email": "email"}
NEW_PASSWORD = {"old_password": "password", "new_password": "password", "again": "password"}
GUARANTOR = {"guarantor": "list", "username": "username", "password": "password"}

DECLARATION = {
    "seen": "hidden", "consent": "list", "sale_origin": "list", "seller": "name", "title": "list", "last_name": "name", "first_name": "name",
    "email": "email", "phone": "phone", "mobile": "phone", "address": "line", "address_2": "line", "address_3": "line",
    "postcode": "postcode", "city": "town", "country": "list", "born_on": "birth", "born_in": "name", "profession": "line", "kind": "list",
    "plate": "plate", "make": "line", "model": "line", "version": "line", "registration_type": "line", "first_registered_on": "first date",
    "fuel": "fuel", "displacement": "number", "tax_power": "number", "din_power": "din", "power_kw": "kw", "vin": "vin",
    "mileage": "kilometres", "price": "price", "four_wheel_drive": "box", "delivery_on": "delivery", "trade_in_value": "amount",
    "market_value": "amount", "manufacturer_until": "later date", "manufacturer_km": "kilometres of the warranty", "level": "list",
    "months": "months", "starts_on": "shown", "ends_on": "shown",
}  # fmt: skip
PROFILE = {
    **{f"{key}_chosen": "box" for key in ("stellantis", "autogarantie", "cirano", "icare")},
    "stellantis_identifier": "identifier", "cirano_identifier": "identifier", "icare_identifier": "identifier", "icare_handling": "list",
}  # fmt: skip
STEP_2 = {"guarantor": "list"}

CONTRACT = {"version": "hidden", "delivery_on": "delivery"}
INSURED_VEHICLE = {
    "version": "hidden",
    "vin": "vin", "plate": "plate", "kind": "list", "first_registered_on": "first date", "make": "list",
    "model": "line", "fuel": "fuel", "din_power_hp": "din", "mileage_km": "kilometres", "manufacturer_warranty_until": "later date",
    "manufacturer_warranty_km": "kilometres of the warranty", "four_wheel_drive": "list",
}  # fmt: skip
OFFERS = {"offer": "list"}

OF_FORM = {  # of each form's class, by its name: what is tried in it
    "dealer.vehicles.forms.VehicleForm": VEHICLE, "dealer.vehicles.forms.NewVehicleForm": VEHICLE, "dealer.orders.forms.order.OrderForm": ORDER,
    "dealer.orders.forms.reason.ReasonForm": REASON, "dealer.sites.forms.SiteForm": SITE, "dealer.declarations.forms.GuarantorForm": GUARANTOR,
    "hub.dealers.forms.ProfileForm": PROFILE, "hub.declarations.forms.DeclarationForm": DECLARATION, "hub.declarations.forms.ChoiceForm": STEP_2,
    "insurer.quotes.forms.ContractForm": CONTRACT, "insurer.quotes.forms.VehicleForm": INSURED_VEHICLE,
    "kit.accounts.forms.LogInForm": LOG_IN, "kit.accounts.forms.ForgottenForm": FORGOTTEN, "kit.accounts.forms.NewPasswordForm": NEW_PASSWORD,
    "kit.accounts.forms.ChangePasswordForm": NEW_PASSWORD, "kit.differences.screens.ReasonForm": REASON,
    "dealer.declarations.forms.AskedFor": dict.fromkeys(("state", "kind", "site", "number"), "search"),  # a list's, with all of them
}  # fmt: skip


# The APIs: each property of each schema, by its pointer

SALE_BY_API = {
    "/network_code": "rrd1", "/order_number": "text", "/seller": "name", "/buyer": "part", "/buyer/title": "code", "/buyer/last_name": "name",
    "/buyer/first_name": "name", "/buyer/email": "email", "/buyer/phone": "phone", "/buyer/mobile": "phone", "/buyer/address": "line",
    "/buyer/address_2": "line", "/buyer/address_3": "line", "/buyer/postcode": "postcode", "/buyer/city": "town", "/buyer/country": "code",
    "/buyer/born_on": "day", "/buyer/born_in": "name", "/buyer/profession": "line", "/vehicle": "part", "/vehicle/kind": "code",
    "/vehicle/plate": "plate", "/vehicle/make": "line", "/vehicle/model": "line", "/vehicle/version": "line",
    "/vehicle/registration_type": "line", "/vehicle/first_registered_on": "day", "/vehicle/fuel": "code",
    "/vehicle/displacement_cm3": "number", "/vehicle/tax_power_cv": "number", "/vehicle/din_power_hp": "number",
    "/vehicle/power_kw": "number", "/vehicle/vin": "vin", "/vehicle/mileage_km": "number", "/vehicle/four_wheel_drive": "yes or no",
    "/vehicle/market_value": "money", "/vehicle/manufacturer_warranty_until": "day", "/vehicle/manufacturer_warranty_km": "number",
    "/price_gross": "money", "/trade_in_value": "money", "/ordered_on": "day", "/delivery_on": "day", "/warranty": "part",
    "/warranty/level": "code", "/warranty/months": "number", "/consent": "code", "/sale_origin": "code", "/guarantor": "code",
    "/without_commercial_warranty": "yes or no",
}  # fmt: skip
LAUNCH = {"/grant": "secret", "/return_url": "secret"}
DECLARE = {"/confirm_warnings": "yes or no"}
GRANT = {"/username": "secret", "/password": "secret", "/network_code": "secret"}
PROFILE_BY_API = {
    "/guarantors": "part",
    "/guarantors/0/key": "code",
    "/guarantors/0/identifier": "identifier",
    "/guarantors/0/handling": "code",
}

COMPOSITE = {
    "/requests": "part", "/requests/0/method": "fixed", "/requests/0/uri": "fixed", "/requests/0/body": "part", "/requests/0/vars": "part",
    "/requests/0/vars/0/name": "secret", "/requests/0/vars/0/path": "secret", "/selections": "part",
}  # fmt: skip
ACCOUNT = {
    "/producer_code": "fixed", "/holder": "part", "/holder/title": "code", "/holder/last_name": "name", "/holder/first_name": "name",
    "/holder/email": "email", "/holder/phone": "phone", "/holder/mobile": "phone", "/holder/address": "line", "/holder/address_2": "line",
    "/holder/address_3": "line", "/holder/postcode": "postcode", "/holder/city": "town", "/holder/country": "code",
}  # fmt: skip
SUBMISSION = {
    "/account_id": "fixed", "/producer_code": "fixed", "/product": "fixed", "/external_reference": "fixed", "/delivery_on": "day", "/seller": "name",
    "/declared_level": "line", "/declared_months": "number", "/notify": "yes or no",
}  # fmt: skip
VEHICLE_BY_API = {
    "/vin": "vin", "/plate": "plate", "/kind": "code", "/first_registered_on": "day", "/make": "line", "/model": "line", "/fuel": "code",
    "/din_power_hp": "number", "/mileage_km": "number", "/manufacturer_warranty_until": "day", "/manufacturer_warranty_km": "number",
    "/four_wheel_drive": "yes or no",
}  # fmt: skip
CHOICE = {
    "/data": "part", "/data/attributes": "part", "/data/attributes/offering": "secret", "/data/attributes/months": "number",
    "/data/checksum": "secret",
}  # fmt: skip


# The notices between services: what one says of its own things

QUOTE = {"/number": "identifier", "/state": "identifier", "/expires_on": "day", "/premium": "money", "/product": "line", "/link": "line"}
POLICY = {
    "/number": "identifier", "/product": "line", "/months": "number", "/starts_on": "day", "/ends_on": "day", "/premium": "money",
    "/issued_on": "day",
}  # fmt: skip
DOCUMENT = {"/name": "line", "/href": "line", "/sha256": "code", "/size": "number"}


def part(pointer: str, kinds: dict[str, str]) -> dict[str, str]:
    return {pointer: "part"} | {pointer + name: kind for name, kind in kinds.items()}


SALE_NOTICE = {
    "/type": "identifier", "/timestamp": "instant", "/data": "part", "/data/reference": "name of a sale", "/data/sequence": "number",
    "/data/at": "instant", "/data/state": "code", "/data/cover": "code", "/data/declaration_number": "identifier",
    "/data/guarantor": "identifier", "/data/point_of_sale": "name", "/data/trouble": "line", "/data/happened": "line",
    **part("/data/messages", {"/0/source": "name", "/0/tone": "identifier", "/0/text": "line"}),
    **part("/data/missing", {"/0/pointer": "identifier", "/0/message": "line"}),
    **part("/data/warnings", {"/0/code": "identifier", "/0/message": "line"}),
    **part("/data/differences", {
        "/0/pointer": "identifier", "/0/label": "name", "/0/order": "line", "/0/theirs": "line", "/0/where": "identifier", "/0/at": "instant",
    }),
    **part("/data/quote", QUOTE), **part("/data/policy", POLICY), **part("/data/document", DOCUMENT),
}  # fmt: skip
JOB_NOTICE = {
    "/type": "identifier", "/timestamp": "instant", "/data": "part", "/data/external_reference": "name of a sale",
    "/data/producer_code": "identifier", "/data/sequence": "number", "/data/at": "instant", "/data/happened": "line",
    **part("/data/facts", {
        "/vin": "vin", "/plate": "plate", "/delivery_on": "day", "/mileage_km": "number", "/din_power_hp": "number",
        "/first_registered_on": "day", "/make": "line", "/model": "line", "/months": "number", "/premium": "money",
    }),
    **part("/data/quote", QUOTE), **part("/data/policy", POLICY), **part("/data/document", DOCUMENT),
}  # fmt: skip
QUESTION = {
    "/from_on": "day", "/to_on": "day", "/owner": "rrd1", "/cursor": "code", "/references": "part",
}  # fmt: skip
