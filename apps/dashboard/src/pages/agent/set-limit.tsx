import { useState } from 'preact/hooks';
import type { ItemOf } from '../../api/types.ts';
import { useRead } from '../../api/use-read.ts';
import { useWrite } from '../../api/use-write.ts';
import { isPositiveAmount } from '../../core/amount.ts';
import { countsText, isQuantity, levelsOf, maxText, windowText } from '../../core/limit.ts';
import { ActDialog } from '../../parts/act-dialog.tsx';
import { Choice, TextField } from '../../parts/fields.tsx';

type Limit = ItemOf<'listLimits'>;

const windows = [
  ['minute', 'Each minute'],
  ['hour', 'Each hour'],
  ['day', 'Each day'],
  ['month', 'Each month'],
  ['lifetime', 'For ever'],
] as const;

const actions = [
  ['refuse', 'Refuse it'],
  ['notify', 'Only report it'],
] as const;

type Whose = 'this' | 'each' | 'all';

/** Sets a limit, or replaces that of the same name. */
export function SetLimit({
  agent,
  limit,
  onChanged,
  onClose,
}: {
  readonly agent: string;
  /** the one that is changed; `undefined` for a new one */
  readonly limit: Limit | undefined;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}) {
  const [form, setForm] = useState(formOf(limit));
  const known = useRead('listLimits', { query: { limit: 1_000 } });
  const write = useWrite('putLimit');
  const replaced = known.data?.items.find((one) => one.name === form.name.trim());
  const set = () =>
    write.send({ params: { name: form.name.trim() }, body: bodyOf(form, agent, limit) }, (sent) => {
      if (sent.kind === 'failed') return;
      onClose();
      onChanged();
    });
  return (
    <ActDialog
      title={limit === undefined ? 'Set a limit' : `Change ${limit.name}`}
      act={limit === undefined && replaced === undefined ? 'Set the limit' : 'Replace the limit'}
      write={write}
      isReady={isReady(form)}
      onAct={set}
      onClose={onClose}
    >
      {limit === undefined && (
        <TextField
          label="Name"
          hint="Letters, digits, '.', '_' and '-', such as daily-budget."
          value={form.name}
          onInput={(name) => setForm((before) => ({ ...before, name }))}
          isRequired
        />
      )}
      {limit === undefined && replaced !== undefined && <Replaced limit={replaced} />}
      <LimitFields
        agent={agent}
        form={form}
        onInput={(typed) => setForm((before) => ({ ...before, ...typed }))}
      />
    </ActDialog>
  );
}

/** What is typed and chosen in the dialog. */
interface LimitForm {
  readonly name: string;
  readonly whose: Whose;
  readonly serviceId: string;
  readonly window: Limit['window'];
  readonly max: string;
  readonly asset: string;
  readonly action: Limit['action'];
  readonly levels: string;
}

function formOf(limit: Limit | undefined): LimitForm {
  return {
    name: limit?.name ?? '',
    whose: whoseOf(limit),
    serviceId: limit?.serviceId ?? '',
    window: limit?.window ?? 'day',
    max: limit?.max.quantity ?? limit?.max.amount ?? '',
    asset: limit?.max.asset ?? '',
    action: limit?.action ?? 'refuse',
    levels:
      limit === undefined
        ? '80, 100'
        : limit.notifyAt.map((level) => Math.round(level * 1_000) / 10).join(', '),
  };
}

function isReady({ name, max, asset, levels }: LimitForm): boolean {
  const isNamed = /^(?!\.{1,2}$)[A-Za-z0-9._-]+$/.test(name.trim());
  const isMax = asset.trim() === '' ? isQuantity(max.trim()) : isPositiveAmount(max.trim());
  return isNamed && isMax && levelsOf(levels) !== undefined;
}

function bodyOf(form: LimitForm, agent: string, limit: Limit | undefined) {
  const { whose, window, action } = form;
  const [serviceId, max, asset] = [form.serviceId.trim(), form.max.trim(), form.asset.trim()];
  return {
    ...(whose === 'all' ? {} : { agent: whose === 'each' ? '*' : agent }),
    ...(serviceId === '' ? {} : { serviceId }),
    ...(limit?.apiKeyPrefix == null ? {} : { apiKeyPrefix: limit.apiKeyPrefix }),
    window,
    max: asset === '' ? { quantity: max } : { amount: max, asset },
    action,
    notifyAt: [...(levelsOf(form.levels) ?? [])],
  };
}

/** The fields of a limit, except its name. */
function LimitFields({
  agent,
  form: { whose, serviceId, window, max, asset, action, levels },
  onInput,
}: {
  readonly agent: string;
  readonly form: LimitForm;
  readonly onInput: (typed: Partial<LimitForm>) => void;
}) {
  const unit = asset.trim();
  return (
    <>
      <Choice
        label="Whose usage counts"
        value={whose}
        values={[
          ['this', `Only ${agent}`],
          ['each', 'Each agent separately'],
          ['all', 'All agents together'],
        ]}
        onChange={(chosen) => onInput({ whose: chosen })}
      />
      <TextField
        label="Service"
        placeholder="All services"
        value={serviceId}
        onInput={(typed) => onInput({ serviceId: typed })}
      />
      <div class="inputs-row">
        <TextField
          label="At most"
          hint={unit === '' ? 'Requests, or tokens, or units.' : `What the usage costs, in ${unit}.`}
          value={max}
          onInput={(typed) => onInput({ max: typed })}
          inputMode="decimal"
          isRequired
        />
        <TextField
          label="Of the asset"
          placeholder="Counts units"
          value={asset}
          onInput={(typed) => onInput({ asset: typed })}
        />
        <Choice
          label="Window, in UTC"
          value={window}
          values={windows}
          onChange={(chosen) => onInput({ window: chosen })}
        />
        <Choice
          label="Beyond it"
          value={action}
          values={actions}
          onChange={(chosen) => onInput({ action: chosen })}
        />
      </div>
      <TextField
        label="Report at, in percent"
        hint={
          levelsOf(levels) === undefined
            ? 'Up to five numbers from 0.1 to 100.'
            : 'An event limit.reached for each.'
        }
        value={levels}
        onInput={(typed) => onInput({ levels: typed })}
      />
    </>
  );
}

function Replaced({ limit }: { readonly limit: Limit }) {
  return (
    <p class="note warn" role="status">
      A limit with this name exists and will be replaced: {maxText(limit.max)} {windowText[limit.window]},{' '}
      {countsText(limit)}.
    </p>
  );
}

function whoseOf(limit: Limit | undefined): Whose {
  if (limit === undefined) return 'this';
  if (limit.agent === null) return 'all';
  return limit.agent === '*' ? 'each' : 'this';
}
