"""MQTT to store, nothing lost; and the other way: replay."""
