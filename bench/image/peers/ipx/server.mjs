// ipx over a folder, as its documentation serves it from node:http.
import { createServer } from 'node:http';
import { createIPX, createIPXNodeServer, ipxFSStorage } from 'ipx';

process.on('disconnect', () => process.exit());
const ipx = createIPX({ storage: ipxFSStorage({ dir: process.env.FOLDER }) });
const server = createServer(createIPXNodeServer(ipx));
server.listen(Number(process.env.PORT), '127.0.0.1', () => process.send?.('ready'));
