import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { Fault } from '../base/fault.ts';
import type { PlanId, RunId } from '../base/ids.ts';
import { jsonFile } from '../base/json-pieces.ts';
import { fitShape } from '../base/shape-words.ts';
import type { Report } from './action.ts';
import { cannot, type Disk, errnoOf } from './disk.ts';
import { plainState, stateSchema } from './journal.ts';
import { reportMarkdown } from './markdown.ts';
import type { Plan } from './plan.ts';
import { changeSchema } from './plan-store.ts';

/** `runs/<run>.report.json` (version 1) for programs and `runs/<run>.report.md` for people. */
export interface ReportStore {
  save(report: Report, plan: Plan): Promise<void>;
  /** @throws Fault `not-found`: the run has not ended, or its report could not be written */
  load(run: string): Promise<Report>;
  /** The audit log's head after each run whose report can be read. */
  auditHeads(): Promise<readonly string[]>;
  markdownPath(run: string): string;
}

const jsonSuffix = '.report.json';

export function createReportStore(folder: string, disk: Disk): ReportStore {
  const jsonPath = (run: string) => join(folder, run + jsonSuffix);
  const markdownPath = (run: string) => join(folder, `${run}.report.md`);
  return {
    markdownPath,
    async save(report, plan) {
      await disk.replace(jsonPath(report.runId), jsonFile(plainReport(report)));
      await disk.replace(markdownPath(report.runId), reportMarkdown(report, plan));
    },
    load: (run) => readReport(jsonPath(run), run),
    async auditHeads() {
      const names = await readdir(folder).catch((): string[] => []);
      const runs = names.flatMap((name) =>
        name.endsWith(jsonSuffix) ? [name.slice(0, -jsonSuffix.length)] : [],
      );
      const reports = await Promise.all(
        runs.map((run) => readReport(jsonPath(run), run).catch(() => undefined)),
      );
      return reports.flatMap((report) => (report ? [report.auditHead] : []));
    },
  };
}

/** A report as JSON holds it, with each fault's code, message and next step. */
function plainReport(report: Report): object {
  const steps = report.steps.map(({ name, state }) => ({ name, state: plainState(state) }));
  return { version: 1, ...report, steps };
}

const reportSchema = z.object({
  version: z.literal(1),
  // Made by newRunId and newPlanId, and only used as names.
  runId: z.string().transform((id) => id as RunId),
  planId: z.string().transform((id) => id as PlanId),
  action: z.string(),
  title: z.string(),
  environment: z.string(),
  simulated: z.boolean(),
  outcome: z.enum(['done', 'partial', 'failed', 'inconclusive', 'interrupted']),
  changes: z.array(changeSchema),
  steps: z.array(z.object({ name: z.string(), state: stateSchema })),
  checks: z.array(
    z.object({ name: z.string(), kind: z.enum(['pass', 'fail', 'inconclusive']), found: z.string() }),
  ),
  startedAtMs: z.number(),
  endedAtMs: z.number(),
  auditHead: z.string(),
});

async function readReport(path: string, run: string): Promise<Report> {
  try {
    return parseReport(await readFile(path, 'utf8'), path);
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') {
      throw new Fault('not-found', `Run ${run} has no report`, { next: 'Look for it in the audit log' });
    }
    throw thrown instanceof Fault ? thrown : cannot('read', path, thrown);
  }
}

function parseReport(text: string, path: string): Report {
  const written = fitShape(reportSchema, jsonOf(text));
  if (written.kind === 'wrong') {
    throw new Fault('integrity', `${path} is no report as it was saved: ${written.what}`, {
      next: 'Read the report for people beside it, or look for the run in the audit log',
    });
  }
  const { version: _, ...report } = written.data;
  return report;
}

/** undefined for what is no JSON. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
