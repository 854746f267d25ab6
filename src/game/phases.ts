export const phases = ['NOT_STARTED', 'PREPARATION', 'DECLARATION', 'TURN', 'SCORING', 'GAME_OVER'] as const;
export type Phase = (typeof phases)[number];

/** Where a game may go next. GAME_OVER is final. */
export const nextPhases: Readonly<Record<Phase, readonly Phase[]>> = {
  NOT_STARTED: ['PREPARATION'],
  PREPARATION: ['DECLARATION'],
  DECLARATION: ['TURN'],
  TURN: ['TURN', 'SCORING'],
  SCORING: ['TURN', 'GAME_OVER'],
  GAME_OVER: [],
};

export const isPhase = (text: string): text is Phase => (phases as readonly string[]).includes(text);
