"""Our order in the hub's words, and back: the pre-fill map, field by field. Zero and blank are unknown; nothing is guessed."""

from decimal import Decimal
from typing import Any

from jupiter.contracts.sale import BuyerV1, Fuel, SaleOrigin, SaleV1, Title, VehicleKind, VehicleV1, WarrantyLevel, WarrantyV1
from jupiter.dealer.customers.models import Title as OurTitle
from jupiter.dealer.orders.actions import BUYER_FACTS, Typed
from jupiter.dealer.orders.models import Order, OrderBuyer, WarrantyChoice
from jupiter.dealer.vehicles.models import Kind, Origin, VatRegime, Vehicle
from jupiter.kit.money import Price

TITLES = {OurTitle.MR: Title.MR, OurTitle.MRS: Title.MRS, OurTitle.COMPANY: Title.COMPANY}
KINDS = {Kind.VP: VehicleKind.CAR, Kind.VASP: VehicleKind.CAR, Kind.CTTE: VehicleKind.VAN, Kind.DERIV_VP: VehicleKind.VAN}
ORIGINS = {
    Origin.DIRECT: SaleOrigin.DIRECT_PURCHASE,
    Origin.MANUFACTURER: SaleOrigin.MANUFACTURER,
    Origin.TRADE_IN_ON_NEW: SaleOrigin.TRADE_IN_ON_NEW,
    Origin.TRADE_IN_ON_USED: SaleOrigin.TRADE_IN_ON_USED,
    Origin.RENTAL: SaleOrigin.RENTAL,
    Origin.DEMONSTRATOR: SaleOrigin.DEMONSTRATOR,
}


def sale_of(order: Order) -> SaleV1:
    """Consent is never copied from anywhere: the buyer is asked on the hub's form."""
    car, warranty = order.vehicle, order.warranty
    return SaleV1(
        network_code=order.site.network_code,
        order_number=str(order.number),
        seller=_known(order.seller),
        buyer=_buyer(order.buyer),
        vehicle=_vehicle(car, order.mileage_km) if car else VehicleV1(),
        price_gross=order.agreed_gross,
        trade_in_value=order.trade_in_value or None,
        ordered_on=order.created_on,
        delivery_on=order.delivery_on,
        warranty=WarrantyV1(level=WarrantyLevel(warranty.level), months=warranty.months) if warranty else WarrantyV1(),
        sale_origin=ORIGINS.get(car.origin) if car else None,  # type: ignore[call-overload]
    )


def words_of(order: Order) -> dict[str, Any]:
    """As they are sent and kept; what is unknown is left out."""
    return sale_of(order).model_dump(mode="json", exclude_none=True)


def _buyer(buyer: OrderBuyer) -> BuyerV1:
    return BuyerV1(
        title=TITLES.get(buyer.title),  # type: ignore[call-overload]
        last_name=_known(buyer.last_name),
        first_name=_known(buyer.first_name),
        email=_known(buyer.email),
        phone=_known(buyer.phone),
        mobile=_known(buyer.mobile),
        address=_known(buyer.address),
        address_2=_known(buyer.address_2),
        address_3=_known(buyer.address_3),
        postcode=_known(buyer.postcode),
        city=_known(buyer.city),
        country=_known(buyer.country),
        born_on=buyer.born_on,
        born_in=_known(buyer.born_in),
        profession=_known(buyer.profession),
    )


def _vehicle(car: Vehicle, mileage_km: int | None) -> VehicleV1:
    return VehicleV1(
        kind=KINDS.get(car.kind),  # type: ignore[call-overload]
        plate=_known(car.plate),
        make=_known(car.make),
        model=_known(car.model),
        version=_known(car.trim),
        registration_type=_known(car.registration_type),
        first_registered_on=car.first_registered_on,
        fuel=Fuel(car.fuel) if car.fuel else None,
        displacement_cm3=car.displacement_cm3 or None,
        tax_power_cv=car.tax_power_cv or None,
        din_power_hp=car.din_power_hp or None,
        power_kw=car.power_kw or None,
        vin=_known(car.vin),
        mileage_km=mileage_km or car.mileage_km or None,
        four_wheel_drive=car.four_wheel_drive,
        market_value=car.market_value or None,
        manufacturer_warranty_until=car.manufacturer_warranty_until,
        manufacturer_warranty_km=car.manufacturer_warranty_km,
    )


def _known(text: str) -> str | None:
    return text or None


# And back


def typed_of(said: SaleV1, car: Vehicle | None, warranty: WarrantyChoice | None) -> Typed:
    """What a person would have typed. The hub knows neither fees nor deposits nor how it was to be paid."""
    facts: dict[str, Any] = {
        "seller": said.seller or "", "mileage_km": said.vehicle.mileage_km, "warranty": warranty,
        "trade_in_value": said.trade_in_value, "delivery_on": said.delivery_on, "edited_on": said.ordered_on,
    }  # fmt: skip
    regime, percent = (car.vat_regime, car.vat_percent) if car else (VatRegime.STANDARD, Decimal(20))
    facts |= {"vat_regime": regime, "vat_percent": percent, "agreed_gross": said.price_gross}
    if said.price_gross is not None and regime == VatRegime.STANDARD:
        price = Price.from_gross(said.price_gross, percent)
        facts |= {"agreed_net": price.net, "agreed_vat": price.tax}
    return Typed(facts=facts, buyer=_buyer_facts(said.buyer), vehicle=car)


def _buyer_facts(said: BuyerV1) -> dict[str, Any]:
    ours = {theirs: title for title, theirs in TITLES.items()}
    told = {name: getattr(said, name, None) for name in BUYER_FACTS}
    known = {name: value for name, value in told.items() if value is not None}
    return known | {"title": ours[said.title] if said.title else ""}
