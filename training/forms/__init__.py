"""Forms. They check the shape of what people type; the services check the rules."""
