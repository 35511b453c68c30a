import mercuriusGateway from '@mercuriusjs/gateway';
import Fastify from 'fastify';

process.on('disconnect', () => process.exit());
// Both settings are at their quickest: without jit a request costs half as much again, and ten connections to a
// service, the default, are fewer than the bench has requests on their way.
const connections = 64;
const services = JSON.parse(process.env.SERVICES).map((service) => ({ ...service, connections, mandatory: true }));
const app = Fastify();
app.register(mercuriusGateway, { jit: 1, gateway: { services } });
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
