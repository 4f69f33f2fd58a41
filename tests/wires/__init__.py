"""The wires between services, brokers and databases, secured: on a real Kafka and a real PostgreSQL."""
