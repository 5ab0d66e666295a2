"""From and to the broker: one lasting MQTT 5 session."""
