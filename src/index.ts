export { GatewayClient } from './gateway-client.js';
