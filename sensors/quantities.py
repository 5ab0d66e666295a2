"""What can be measured: one row per quantity, the only place a quantity is defined.

Decoders, stores, dashboards, alerts and documents read this table. Ranges are what a site of some forty buildings
can show: a value outside is a broken sensor or a wrong unit, and is quarantined as such. Class names are of Brick 1.4
(https://brickschema.org), tags of Project Haystack 4 (https://project-haystack.org), unit codes of UCUM
(https://ucum.org), Grafana unit ids of Grafana 12 (an id that Grafana does not know is shown by it as a suffix).
"""

from typing import Literal, NamedTuple

Kind = Literal["gauge", "counter", "state", "amount"]
Across = Literal["sum", "mean", "max"]

SITE_PEAK_W = 10e6
"""Greatest plausible power of one meter on the site, in W: it bounds power, and the rate of every energy register."""

_WH_PER_S = SITE_PEAK_W / 3600

_ACCOUNTED = frozenset({
    "electricity.power", "pv.power", "heat.power", "cooling.power", "water.flow",
    "occupancy.count", "occupancy.presence", "occupancy.rate", "occupancy.motion",
    "climate.co2", "climate.temperature",
})  # fmt: skip
"""Gauges and states that are integrated or counted up over time, as counters are."""


class Quantity(NamedTuple):
    """One measurable quantity, ``family.field``; values are always in ``unit``."""

    name: str
    unit: str  # as shown to people and in the API
    ucum: str  # the same unit as a UCUM code
    kind: Kind  # counter: a register that only rises; state: a number standing for a state (open 1, closed 0);
    # amount: what came since the value before (of the service's own quantities, store/own.py)
    low: float  # least plausible value
    high: float  # greatest plausible value
    rate: float  # counters: greatest plausible rise, in unit per second; 0 for the others
    across: Across  # how the values of several devices combine in one group
    brick: str
    haystack: str
    grafana: str  # Grafana unit id
    fr: str
    en: str

    @property
    def family(self) -> str:
        """The part before the dot: the store's measurement."""
        return self.name.partition(".")[0]

    @property
    def field(self) -> str:
        """The part after the dot: the store's field."""
        return self.name.partition(".")[2]

    @property
    def accounted(self) -> bool:
        """Whether energy accounts for it: what it comes to by hour and day is settled again when readings arrive."""
        return self.kind == "counter" or self.name in _ACCOUNTED


def _gauge(name: str, unit: str, ucum: str, low: float, high: float, across: Across, *labels: str) -> Quantity:
    return Quantity(name, unit, ucum, "gauge", low, high, 0.0, across, *labels)


def _state(name: str, *labels: str) -> Quantity:
    return Quantity(name, "", "1", "state", 0, 1, 0.0, "max", *labels)


def _energy(name: str, *labels: str) -> Quantity:
    return Quantity(name, "Wh", "W.h", "counter", 0, 1e13, _WH_PER_S, "sum", *labels)


def _total(name: str, unit: str, ucum: str, rate: float, *labels: str) -> Quantity:
    return Quantity(name, unit, ucum, "counter", 0, 1e13, rate, "sum", *labels)


def _volume(name: str, rate: float, *labels: str) -> Quantity:
    return Quantity(name, "m³", "m3", "counter", 0, 1e9, rate, "sum", *labels)


def _passages(name: str, *labels: str) -> Quantity:
    return Quantity(name, "people", "{person}", "counter", 0, 1e9, 20.0, "sum", *labels)


_ROWS = (
    _gauge("electricity.power", "W", "W", -SITE_PEAK_W, SITE_PEAK_W, "sum",
           "Active_Power_Sensor", "elec ac active power sensor", "watt", "Puissance électrique", "Electric power"),
    _energy("electricity.energy", "Electrical_Energy_Usage_Sensor", "elec ac active energy import hisTotalized sensor",
            "watth", "Énergie électrique soutirée", "Electric energy drawn"),
    _energy("electricity.energy_export", "Energy_Sensor", "elec ac active energy export hisTotalized sensor",
            "watth", "Énergie électrique injectée", "Electric energy exported"),
    _gauge("electricity.apparent_power", "VA", "V.A", -SITE_PEAK_W, SITE_PEAK_W, "sum",
           "Power_Sensor", "elec ac apparent power sensor", "voltamp", "Puissance apparente", "Apparent power"),
    _gauge("electricity.reactive_power", "var", "var", -SITE_PEAK_W, SITE_PEAK_W, "sum",
           "Reactive_Power_Sensor", "elec ac reactive power sensor", "voltampreact",
           "Puissance réactive", "Reactive power"),
    _total("electricity.reactive_energy", "varh", "var.h", _WH_PER_S, "Reactive_Energy_Sensor",
           "elec ac reactive energy import hisTotalized sensor", "suffix:varh",
           "Énergie réactive soutirée", "Reactive energy drawn"),
    _total("electricity.reactive_energy_export", "varh", "var.h", _WH_PER_S, "Reactive_Energy_Sensor",
           "elec ac reactive energy export hisTotalized sensor", "suffix:varh",
           "Énergie réactive injectée", "Reactive energy exported"),
    _gauge("electricity.frequency", "Hz", "Hz", 0, 1_000, "mean",
           "Frequency_Sensor", "elec ac freq sensor", "rothz", "Fréquence", "Frequency"),
    _gauge("electricity.voltage", "V", "V", 0, 36_000, "mean",
           "Voltage_Sensor", "elec ac volt sensor", "volt", "Tension", "Voltage"),
    _gauge("electricity.current", "A", "A", -20_000, 20_000, "sum",
           "Current_Sensor", "elec ac current sensor", "amp", "Courant", "Current"),
    _gauge("electricity.power_factor", "1", "1", -1, 1, "mean",
           "Power_Factor_Sensor", "elec ac pf sensor", "none", "Facteur de puissance", "Power factor"),
    _gauge("pv.power", "W", "W", -SITE_PEAK_W, SITE_PEAK_W, "sum",
           "Active_Power_Sensor", "elec ac active power export pv sensor", "watt",
           "Puissance photovoltaïque", "Photovoltaic power"),
    _energy("pv.energy", "Energy_Sensor", "elec ac active energy export pv hisTotalized sensor",
            "watth", "Énergie photovoltaïque", "Photovoltaic energy"),
    _volume("gas.volume", 1.0, "Natural_Gas_Usage_Sensor", "naturalGas volume hisTotalized sensor",
            "m3", "Volume de gaz", "Gas volume"),
    _energy("gas.energy", "Energy_Usage_Sensor", "naturalGas energy hisTotalized sensor",
            "watth", "Énergie du gaz (PCS)", "Gas energy (gross calorific value)"),
    _gauge("heat.power", "W", "W", -SITE_PEAK_W, SITE_PEAK_W, "sum",
           "Thermal_Power_Sensor", "hot water thermal power sensor", "watt", "Puissance de chauffage", "Heating power"),
    _energy("heat.energy", "Thermal_Energy_Usage_Sensor", "hot water thermal energy hisTotalized sensor",
            "watth", "Chaleur", "Heat"),
    _volume("heat.volume", 1.0, "Volume_Sensor", "hot water volume hisTotalized sensor",
            "m3", "Volume d'eau de chauffage", "Heating water volume"),
    _gauge("heat.flow", "m³/h", "m3/h", -1_000, 1_000, "sum",
           "Hot_Water_Flow_Sensor", "hot water flow sensor", "suffix:m³/h", "Débit de chauffage", "Heating flow"),
    _gauge("heat.supply_temperature", "°C", "Cel", -40, 250, "mean",
           "Hot_Water_Supply_Temperature_Sensor", "hot water leaving temp sensor", "celsius",
           "Température de départ du chauffage", "Heating supply temperature"),
    _gauge("heat.return_temperature", "°C", "Cel", -40, 250, "mean",
           "Hot_Water_Return_Temperature_Sensor", "hot water entering temp sensor", "celsius",
           "Température de retour du chauffage", "Heating return temperature"),
    _gauge("cooling.power", "W", "W", -SITE_PEAK_W, SITE_PEAK_W, "sum",
           "Thermal_Power_Sensor", "chilled water thermal power sensor", "watt", "Puissance de froid", "Cooling power"),
    _energy("cooling.energy", "Thermal_Energy_Usage_Sensor", "chilled water thermal energy hisTotalized sensor",
            "watth", "Froid", "Cooling"),
    _volume("cooling.volume", 1.0, "Volume_Sensor", "chilled water volume hisTotalized sensor",
            "m3", "Volume d'eau glacée", "Chilled water volume"),
    _gauge("cooling.flow", "m³/h", "m3/h", -1_000, 1_000, "sum",
           "Chilled_Water_Flow_Sensor", "chilled water flow sensor", "suffix:m³/h", "Débit de froid", "Cooling flow"),
    _gauge("cooling.supply_temperature", "°C", "Cel", -40, 100, "mean",
           "Chilled_Water_Supply_Temperature_Sensor", "chilled water leaving temp sensor", "celsius",
           "Température de départ du froid", "Cooling supply temperature"),
    _gauge("cooling.return_temperature", "°C", "Cel", -40, 100, "mean",
           "Chilled_Water_Return_Temperature_Sensor", "chilled water entering temp sensor", "celsius",
           "Température de retour du froid", "Cooling return temperature"),
    _volume("water.volume", 0.2, "Water_Usage_Sensor", "domestic water volume hisTotalized sensor",
            "m3", "Volume d'eau", "Water volume"),
    _gauge("water.flow", "m³/h", "m3/h", -700, 700, "sum",
           "Water_Flow_Sensor", "domestic water flow sensor", "suffix:m³/h", "Débit d'eau", "Water flow"),
    _gauge("water.temperature", "°C", "Cel", -20, 120, "mean",
           "Water_Temperature_Sensor", "domestic water temp sensor", "celsius",
           "Température de l'eau", "Water temperature"),
    _gauge("water.pressure", "hPa", "hPa", -1_000, 100_000, "mean",
           "Water_Pressure_Sensor", "domestic water pressure sensor", "pressurehpa",
           "Pression de l'eau", "Water pressure"),
    _state("water.leak", "Leak_Alarm", "water leak sensor", "bool", "Fuite d'eau", "Water leak"),
    _total("pulse.count", "pulses", "{pulse}", 1_000.0, "Sensor", "pulse hisTotalized sensor",
           "short", "Impulsions", "Pulses"),
    _gauge("input.voltage", "V", "V", -1_000, 1_000, "mean",
           "Voltage_Sensor", "volt sensor", "volt", "Tension d'entrée analogique", "Analog input voltage"),
    _gauge("input.current", "A", "A", -1, 1, "mean",
           "Current_Sensor", "current sensor", "amp", "Courant d'entrée analogique", "Analog input current"),
    _gauge("input.temperature", "°C", "Cel", -270, 1_800, "mean",
           "Temperature_Sensor", "temp sensor", "celsius", "Température de sonde industrielle",
           "Industrial probe temperature"),
    _state("input.on", "On_Off_Status", "input sensor", "bool_on_off", "Entrée logique", "Digital input"),
    _gauge("level.distance", "mm", "mm", 0, 100_000, "mean",
           "Level_Sensor", "distance sensor", "lengthmm", "Distance à la surface", "Distance to the surface"),
    _gauge("climate.temperature", "°C", "Cel", -50, 80, "mean",
           "Air_Temperature_Sensor", "air temp sensor", "celsius", "Température", "Temperature"),
    _gauge("climate.humidity", "%", "%", 0, 100, "mean",
           "Humidity_Sensor", "air humidity sensor", "percent", "Humidité relative", "Relative humidity"),
    _gauge("climate.co2", "ppm", "[ppm]", 150, 40_000, "mean",
           "CO2_Level_Sensor", "air co2 concentration sensor", "ppm", "CO₂", "CO₂"),
    _gauge("climate.illuminance", "lx", "lx", 0, 200_000, "mean",
           "Illuminance_Sensor", "illuminance sensor", "lux", "Éclairement", "Illuminance"),
    _gauge("climate.pm2_5", "µg/m³", "ug/m3", 0, 5_000, "mean",
           "PM2.5_Sensor", "air pm25 concentration sensor", "conμgm3", "Particules PM2,5", "PM2.5 particles"),
    _gauge("climate.pm1", "µg/m³", "ug/m3", 0, 5_000, "mean",
           "PM1_Sensor", "air pm01 concentration sensor", "conμgm3", "Particules PM1", "PM1 particles"),
    _gauge("climate.pm4", "µg/m³", "ug/m3", 0, 5_000, "mean",
           "Particulate_Matter_Sensor", "air pm concentration sensor", "conμgm3", "Particules PM4", "PM4 particles"),
    _gauge("climate.pm10", "µg/m³", "ug/m3", 0, 5_000, "mean",
           "PM10_Sensor", "air pm10 concentration sensor", "conμgm3", "Particules PM10", "PM10 particles"),
    _gauge("climate.tvoc", "ppb", "[ppb]", 0, 100_000, "mean",
           "TVOC_Sensor", "air tvoc concentration sensor", "conppb",
           "Composés organiques volatils", "Volatile organic compounds"),
    _gauge("climate.tvoc_mass", "µg/m³", "ug/m3", 0, 100_000, "mean",
           "TVOC_Sensor", "air tvoc concentration sensor", "conμgm3",
           "Composés organiques volatils (masse)", "Volatile organic compounds (mass)"),
    _gauge("climate.tvoc_index", "1", "1", 0, 500, "mean",
           "Air_Quality_Sensor", "air tvoc sensor", "none",
           "Indice de composés organiques volatils", "Volatile organic compounds index"),
    _gauge("climate.nox_index", "1", "1", 0, 500, "mean",
           "Air_Quality_Sensor", "air no2 sensor", "none", "Indice d'oxydes d'azote", "Nitrogen oxides index"),
    _gauge("climate.formaldehyde", "µg/m³", "ug/m3", 0, 20_000, "mean",
           "Formaldehyde_Level_Sensor", "air ch2o concentration sensor", "conμgm3",
           "Formaldéhyde", "Formaldehyde"),
    _gauge("climate.ozone", "ppb", "[ppb]", 0, 10_000, "mean",
           "Ozone_Level_Sensor", "air o3 concentration sensor", "conppb", "Ozone", "Ozone"),
    _gauge("climate.carbon_monoxide", "ppm", "[ppm]", 0, 10_000, "max",
           "CO_Level_Sensor", "air co concentration sensor", "ppm", "Monoxyde de carbone", "Carbon monoxide"),
    _gauge("climate.light_level", "%", "%", 0, 100, "mean",
           "Luminance_Sensor", "light level sensor", "percent", "Luminosité", "Light level"),
    _gauge("climate.setpoint", "°C", "Cel", -50, 80, "mean",
           "Air_Temperature_Setpoint", "air temp sp", "celsius",
           "Consigne de température", "Temperature setpoint"),
    _gauge("climate.pressure", "hPa", "hPa", 800, 1_100, "mean",
           "Pressure_Sensor", "air pressure sensor", "pressurehpa", "Pression atmosphérique", "Air pressure"),
    _gauge("ventilation.differential_pressure", "Pa", "Pa", -10_000, 10_000, "mean",
           "Differential_Pressure_Sensor", "air delta pressure sensor", "suffix:Pa",
           "Pression différentielle d'air", "Differential air pressure"),
    _gauge("climate.noise", "dB", "dB", 0, 160, "max",
           "Sound_Level_Sensor", "sound level sensor", "dB", "Niveau sonore", "Sound level"),
    _gauge("occupancy.count", "people", "{person}", 0, 20_000, "sum",
           "Occupancy_Count_Sensor", "zone occupancy count sensor", "short", "Personnes présentes", "People present"),
    _state("occupancy.presence", "Occupancy_Sensor", "zone occupied sensor", "bool", "Présence", "Presence"),
    _gauge("occupancy.rate", "%", "%", 0, 100, "mean",
           "Occupancy_Sensor", "zone occupied sensor", "percent", "Taux d'occupation", "Share of the time occupied"),
    _passages("occupancy.entries", "People_Count_Sensor_Equipment", "zone occupancy entry hisTotalized sensor",
              "short", "Entrées", "Entries"),
    _passages("occupancy.exits", "People_Count_Sensor_Equipment", "zone occupancy exit hisTotalized sensor",
              "short", "Sorties", "Exits"),
    _state("occupancy.motion", "Motion_Sensor", "zone motion sensor", "bool", "Mouvement", "Motion"),
    _total("occupancy.motions", "events", "{event}", 1_000.0, "Motion_Sensor", "zone motion hisTotalized sensor",
           "short", "Mouvements détectés", "Motions detected"),
    _state("opening.contact", "Contact_Sensor", "opening sensor", "bool_on_off", "Ouverture", "Opening"),
    _total("opening.openings", "events", "{event}", 1_000.0, "Contact_Sensor", "opening hisTotalized sensor",
           "short", "Ouvertures", "Openings"),
    _state("safety.smoke", "Smoke_Alarm", "smoke sensor", "bool", "Fumée", "Smoke"),
    _state("safety.gas", "Alarm", "gas sensor", "bool", "Gaz détecté", "Gas detected"),
    _state("safety.carbon_monoxide", "Alarm", "co sensor", "bool",
           "Monoxyde de carbone détecté", "Carbon monoxide detected"),
    _state("safety.tamper", "Alarm", "tamper sensor", "bool", "Sabotage", "Tamper"),
    _gauge("actuator.valve_position", "%", "%", 0, 100, "mean",
           "Valve_Position_Sensor", "valve cmd sensor", "percent", "Position de vanne", "Valve position"),
    _state("actuator.on", "On_Off_Status", "run sensor", "bool_on_off", "En marche", "Switched on"),
    _gauge("actuator.level", "%", "%", 0, 100, "mean",
           "Position_Sensor", "actuator level sensor", "percent", "Position", "Level"),
    _energy("ev.energy", "Energy_Usage_Sensor", "elec evse active energy hisTotalized sensor",
            "watth", "Recharge de véhicules", "Vehicle charging"),
    _gauge("ev.power", "W", "W", -SITE_PEAK_W, SITE_PEAK_W, "sum",
           "Active_Power_Sensor", "elec evse active power sensor", "watt",
           "Puissance de recharge de véhicules", "Vehicle charging power"),
    _gauge("storage.power", "W", "W", -SITE_PEAK_W, SITE_PEAK_W, "sum",
           "Active_Power_Sensor", "elec dc power battery sensor", "watt",
           "Puissance de stockage (charge positive)", "Storage power (charging positive)"),
    _gauge("storage.charge", "%", "%", 0, 100, "mean",
           "Battery_Level_Sensor", "elec battery level sensor", "percent",
           "État de charge du stockage", "Storage state of charge"),
    _gauge("weather.irradiance", "W/m²", "W/m2", -20, 2_000, "mean",
           "Solar_Irradiance_Sensor", "solar irradiance sensor", "suffix:W/m²",
           "Rayonnement solaire", "Solar irradiance"),
    _gauge("weather.wind_speed", "m/s", "m/s", 0, 120, "mean",
           "Wind_Speed_Sensor", "weather wind speed sensor", "velocityms", "Vitesse du vent", "Wind speed"),
    _total("weather.rain", "mm", "mm", 1.0, "Rain_Sensor", "weather precipitation hisTotalized sensor",
           "lengthmm", "Pluie", "Rain"),
    _gauge("soil.moisture", "%", "%", 0, 100, "mean",
           "Moisture_Sensor", "soil moisture sensor", "percent", "Humidité du sol", "Soil moisture"),
    _gauge("soil.temperature", "°C", "Cel", -50, 80, "mean",
           "Soil_Temperature_Sensor", "soil temp sensor", "celsius", "Température du sol", "Soil temperature"),
    _gauge("soil.conductivity", "µS/cm", "uS/cm", 0, 50_000, "mean",
           "Sensor", "soil conductivity sensor", "suffix:µS/cm", "Conductivité du sol", "Soil conductivity"),
    _gauge("waste.mass", "kg", "kg", 0, 100_000, "sum",
           "Weight_Sensor", "waste mass sensor", "suffix:kg", "Masse de déchets", "Waste mass"),
    _gauge("waste.fill", "%", "%", 0, 100, "max",
           "Level_Sensor", "waste level sensor", "percent", "Remplissage", "Fill level"),
    _gauge("device.battery", "%", "%", 0, 100, "mean",
           "Battery_Level_Sensor", "battery level sensor", "percent", "Pile", "Battery"),
    _state("device.low_battery", "Low_Battery_Alarm", "battery low sensor", "bool", "Pile faible", "Low battery"),
    _gauge("device.voltage", "V", "V", 0, 100, "mean",
           "Battery_Voltage_Sensor", "battery volt sensor", "volt", "Tension de la pile", "Battery voltage"),
    _gauge("device.temperature", "°C", "Cel", -60, 150, "mean",
           "Temperature_Sensor", "device temp sensor", "celsius", "Température de l'appareil", "Device temperature"),
    _gauge("device.rssi", "dBm", "dB[mW]", -200, 20, "mean",
           "RSSI_Sensor", "rssi sensor", "suffix:dBm", "Puissance du signal", "Signal strength"),
    _gauge("device.snr", "dB", "dB", -50, 60, "mean",
           "Sensor", "snr sensor", "dB", "Rapport signal sur bruit", "Signal-to-noise ratio"),
)  # fmt: skip

QUANTITIES: dict[str, Quantity] = {row.name: row for row in _ROWS}
