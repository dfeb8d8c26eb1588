import type { Socket } from 'node:net';
import type { Clock } from '../clock.js';
import type { Connector } from './load-undici.js';

/** Times in a row that nothing may have come. Once is too little: a process that was busy for long has not looked yet. */
const MAX_SILENT = 2;

/**
 * A connector whose HTTP/2 connections are given up when nothing comes over them, not even answers to pings. Over HTTP/1.1 a
 * call that runs out of time takes its connection along; here the next calls would go on trusting one that a router on the way
 * has forgotten, until the system notices, which takes a quarter of an hour.
 * @param intervalMs How often the other side is pinged, milliseconds.
 */
export function watchConnections(open: Connector, clock: Clock, intervalMs: number): Connector {
  return (target, onOpened) =>
    open(target, (...opened) => {
      if (opened[0] === null && 'alpnProtocol' in opened[1] && opened[1].alpnProtocol === 'h2')
        watch(opened[1], clock, intervalMs);
      onOpened(...opened);
    });
}

function watch(socket: Socket, clock: Clock, intervalMs: number): void {
  let { bytesRead } = socket;
  let silent = 0;
  const look = () => {
    silent = socket.bytesRead === bytesRead ? silent + 1 : 0;
    bytesRead = socket.bytesRead;
    if (silent < MAX_SILENT) timer = clock.setTimer(look, intervalMs, true);
    else socket.destroy(Object.assign(new Error('the other side does not answer pings'), { code: 'ETIMEDOUT' }));
  };
  let timer = clock.setTimer(look, intervalMs, true);
  socket.once('close', () => clock.clearTimer(timer));
}
