import 'tinyvgg-edge/react';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { endpoint } from './endpoint.js';
import { Snippet } from './snippet.js';

function Offer() {
  const [label, setLabel] = useState('');
  return (
    <>
      <image-classifier
        name="kind"
        required
        mode="local"
        endpoint={endpoint}
        min-score={0.5}
        top="2"
        className="field"
        messages={{ labels: { Trouser: 'Trousers' } }}
        ref={(field) => field?.setAttribute('data-mode', field.mode)}
        onInput={({ currentTarget }) => console.log(currentTarget.score)}
        onresult={({ detail }) => setLabel(detail.predictions[0]?.label ?? '')}
        onproblem={({ detail }) => console.error(detail.type)}
      />
      <output>{label}</output>
      <Snippet />
    </>
  );
}

/** Is only compiled. */
export const Mistakes = () => (
  <>
    {/* @ts-expect-error There is no such mode. */}
    <image-classifier mode="cloud" />
    {/* @ts-expect-error The attribute is a flag. */}
    <fashion-classifier required="yes" />
  </>
);

createRoot(document.querySelector('#app') as Element).render(<Offer />);
