/**
 * An answer, or an error when it does not come in time: a client that has lost its server may keep commands for ever.
 * @param onLate Told of an answer that comes after all.
 */
export function answerWithin<T>(timeoutMs: number, answer: Promise<T>, onLate: (late: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false;
    const giveUp = (): void => {
      over = true;
      reject(new Error(`Redis did not answer within ${timeoutMs} ms.`));
    };
    // After a blocked event loop the timer runs before the answer that has been there for long is read: one more turn.
    const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
    answer.then(
      (value) => {
        clearTimeout(timer);
        if (over) onLate(value);
        else resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
