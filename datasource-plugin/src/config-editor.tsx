import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { DataSourcePicker } from '@grafana/runtime';
import { FieldSet, InlineField, InlineSwitch, Input, SecretInput, SecretTextArea } from '@grafana/ui';
import React from 'react';
import type { ModelwatchOptions, ModelwatchSecrets } from './options';

type Props = DataSourcePluginOptionsEditorProps<ModelwatchOptions, ModelwatchSecrets>;

const LABEL_WIDTH = 22;
const WIDTH = 50;
const CERTIFICATE = 'Begins with -----BEGIN CERTIFICATE-----';

/** Where the exporter is, the token for it, how its certificate is checked, and which Prometheus holds its series. */
export function ConfigEditor({ options, onOptionsChange }: Props) {
  const { jsonData, secureJsonData, secureJsonFields, readOnly } = options;
  const change = (changes: Partial<ModelwatchOptions>) => onOptionsChange({ ...options, jsonData: { ...jsonData, ...changes } });
  const secret = (key: keyof ModelwatchSecrets) => ({
    id: `modelwatch-${key}`,
    isConfigured: secureJsonFields?.[key] === true,
    value: secureJsonData?.[key] ?? '',
    disabled: readOnly,
    onChange: ({ currentTarget }: React.SyntheticEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      onOptionsChange({ ...options, secureJsonData: { ...secureJsonData, [key]: currentTarget.value } }),
    onReset: () =>
      onOptionsChange({
        ...options,
        secureJsonFields: { ...secureJsonFields, [key]: false },
        secureJsonData: { ...secureJsonData, [key]: '' },
      }),
  });
  const text = (label: string, key: keyof ModelwatchSecrets, placeholder: string) => (
    <InlineField label={label} labelWidth={LABEL_WIDTH} htmlFor={`modelwatch-${key}`} disabled={readOnly}>
      <SecretTextArea {...secret(key)} cols={WIDTH} rows={5} placeholder={placeholder} />
    </InlineField>
  );
  const toggle = (label: string, key: 'tlsSkipVerify' | 'tlsAuthWithCACert' | 'tlsAuth', tooltip: string) => (
    <InlineField label={label} labelWidth={LABEL_WIDTH} htmlFor={`modelwatch-${key}`} tooltip={tooltip} disabled={readOnly}>
      <InlineSwitch
        id={`modelwatch-${key}`}
        value={jsonData[key] ?? false}
        disabled={readOnly}
        onChange={({ currentTarget }) => change({ [key]: currentTarget.checked })}
      />
    </InlineField>
  );

  const linked = (label: string, key: 'prometheusUid' | 'tracesUid', pluginId: string, tooltip: string) => (
    <InlineField label={label} labelWidth={LABEL_WIDTH} htmlFor={`modelwatch-${key}`} disabled={readOnly} tooltip={tooltip}>
      <DataSourcePicker
        inputId={`modelwatch-${key}`}
        pluginId={pluginId}
        noDefault
        width={WIDTH}
        disabled={readOnly}
        current={jsonData[key] ?? null}
        onChange={({ uid }) => change({ [key]: uid })}
        onClear={() => change({ [key]: undefined })}
      />
    </InlineField>
  );

  return (
    <>
      <FieldSet label="Exporter">
        <InlineField
          label="URL"
          labelWidth={LABEL_WIDTH}
          htmlFor="modelwatch-url"
          required
          disabled={readOnly}
          tooltip="As Grafana's server reaches it."
        >
          <Input
            id="modelwatch-url"
            width={WIDTH}
            value={options.url}
            disabled={readOnly}
            placeholder="http://localhost:9810"
            onChange={({ currentTarget }) => onOptionsChange({ ...options, url: currentTarget.value.trim() })}
          />
        </InlineField>
        <InlineField
          label="Token"
          labelWidth={LABEL_WIDTH}
          htmlFor="modelwatch-apiToken"
          disabled={readOnly}
          tooltip="A token with the scope read, and no more: whoever may query this data source asks the exporter with it."
        >
          <SecretInput {...secret('apiToken')} width={WIDTH} placeholder="mwt_..." />
        </InlineField>
      </FieldSet>
      <FieldSet label="TLS">
        {toggle('Skip verification', 'tlsSkipVerify', 'Takes any certificate: for trials only.')}
        {toggle('Own authority', 'tlsAuthWithCACert', 'The certificate of the exporter was signed by an authority of your own.')}
        {jsonData.tlsAuthWithCACert ? text('Certificate of the authority', 'tlsCACert', CERTIFICATE) : null}
        {toggle('Client certificate', 'tlsAuth', 'A proxy in front of the exporter asks for a certificate.')}
        {jsonData.tlsAuth ? (
          <>
            <InlineField label="Server name" labelWidth={LABEL_WIDTH} htmlFor="modelwatch-serverName" disabled={readOnly}>
              <Input
                id="modelwatch-serverName"
                width={WIDTH}
                value={jsonData.serverName ?? ''}
                disabled={readOnly}
                placeholder="exporter.example.org"
                onChange={({ currentTarget }) => change({ serverName: currentTarget.value })}
              />
            </InlineField>
            {text('Certificate', 'tlsClientCert', CERTIFICATE)}
            {text('Key', 'tlsClientKey', 'Begins with -----BEGIN PRIVATE KEY-----')}
          </>
        ) : null}
      </FieldSet>
      <FieldSet label="Linked data sources">
        {linked(
          'Prometheus',
          'prometheusUid',
          'prometheus',
          'Holds the series of the same exporters; drift over several replicas is read from it.',
        )}
        {linked('Traces', 'tracesUid', 'tempo', 'Holds the traces of the same exporters; failing samples link to it.')}
      </FieldSet>
    </>
  );
}
