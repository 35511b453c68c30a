import mercuriusGateway from '@mercuriusjs/gateway';
import Fastify from 'fastify';

process.on('disconnect', () => process.exit());
const services = JSON.parse(process.env.SERVICES).map((service) => ({ ...service, mandatory: true }));
const app = Fastify();
app.register(mercuriusGateway, { jit: Number(process.env.JIT ?? 0), gateway: { services } });
await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
