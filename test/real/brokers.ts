/**
 * Real brokers for the tests: the servers as installed, each on free ports in a folder of its own, or those that
 * TEST_{NATS,MQTT,REDIS,RABBITMQ,KAFKA}_URL name, where a test needs nothing special of them. Whoever answers must
 * first prove to be the real thing.
 */
export { startMosquitto } from "./brokers/mosquitto.ts";
export { CLAIMED_RELEASE, startNatsServer } from "./brokers/nats.ts";
export { startKafka, unsecuredToken, type RealKafka } from "./brokers/kafka.ts";
export { startRabbitmq } from "./brokers/rabbitmq.ts";
export { startRedis, startRedisCluster, startRedisSentinel } from "./brokers/redis.ts";
export type { RealBroker } from "./brokers/server.ts";
export { shareKafka, shareRabbitmq } from "./brokers/share.ts";
