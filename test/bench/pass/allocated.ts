import { GCProfiler, getHeapStatistics } from 'node:v8';

/** Bytes that a piece of work puts on the heap, whatever is collected meanwhile: how it grows from one collection to the next. */
export async function allocated(work: () => Promise<void>): Promise<number> {
  const profiler = new GCProfiler();
  profiler.start();
  let fromBytes = getHeapStatistics().used_heap_size;
  await work();
  const untilBytes = getHeapStatistics().used_heap_size;
  let bytes = 0;
  for (const { beforeGC, afterGC } of profiler.stop()!.statistics) {
    bytes += beforeGC.heapStatistics.usedHeapSize - fromBytes;
    fromBytes = afterGC.heapStatistics.usedHeapSize;
  }
  return bytes + untilBytes - fromBytes;
}
