import type { Report } from '../../src/action/action.ts';
import { useFlow } from '../hook/use-flow.ts';
import type { ActionRequest } from '../ports.ts';
import { Confirmation } from './confirmation.tsx';
import { FaultNotice } from './fault-notice.tsx';
import { PlanPreview } from './plan-preview.tsx';
import { ReportView } from './report-view.tsx';
import { RunProgress } from './run-progress.tsx';
import { Waiting } from './waiting.tsx';

interface ActionFlowProps {
  readonly request: ActionRequest;
  /** @param report undefined when nothing ran */
  readonly onClose: (report: Report | undefined) => void;
}

/** The one way in which screens change anything: preview first, then confirmation, steps, result. */
export function ActionFlow({ request, onClose }: ActionFlowProps) {
  const { flow, run, planAgain, ask, decline, interrupt } = useFlow(request);
  const leave = () => onClose(undefined);
  switch (flow.at) {
    case 'planning':
      return <Waiting what={`Planning ${request.action}; nothing is changed by that`} onLeave={leave} />;
    case 'unplanned':
      return (
        <FaultNotice
          title="No plan could be made; nothing was changed"
          fault={flow.fault}
          onAgain={planAgain}
          onLeave={leave}
        />
      );
    case 'preview':
      return (
        <PlanPreview
          plan={flow.plan}
          onProceed={() => (flow.plan.effect === 'local' ? run(flow.plan, undefined) : ask())}
          onPlanAgain={planAgain}
          onLeave={leave}
        />
      );
    case 'confirmation':
      return (
        <Confirmation plan={flow.plan} onConfirm={(typed) => run(flow.plan, typed)} onCancel={decline} />
      );
    case 'running':
      return <RunProgress {...flow} onInterrupt={interrupt} />;
    case 'reported':
      return <ReportView report={flow.report} onClose={() => onClose(flow.report)} />;
    case 'unreported':
      return (
        <FaultNotice
          title={
            flow.started
              ? 'It stopped without a report: some of it may have taken effect. Look before running it again'
              : 'It did not run; nothing was changed'
          }
          fault={flow.fault}
          onAgain={planAgain}
          onLeave={leave}
        />
      );
  }
}
