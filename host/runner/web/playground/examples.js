'use strict';
// What can be picked. Names, people and organizations are made up, but for the two examples of the specification.

const ORGANIZATION = '4b1d7c9e-2f60-4a83-9d15-7e3c08f2a6b4';
const ANNA = '6f0a3c52-91d7-4e2b-8a44-b1c5d2e3f401';
const SERVICE = '6f0a3c52-91d7-4e2b-8a44-b1c5d2e3f404';

/** A SdkEvent of the made-up organization. */
const sdkEvent = (number, message, rest = {}) => ({
    EventId: `d0e5a7b4-1c2d-4e3f-8a9b-${String(number).padStart(12, '0')}`, Message: message, CreationTime: '2024-03-04T08:00:07Z',
    OrganizationId: ORGANIZATION, UserId: ANNA, ClientIP: '203.0.113.24', UserAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Edg/122.0', ...rest,
});
const recordId = (number) => `c2f1e0d9-5b3a-ee11-a81c-${String(number).padStart(12, '0')}`;
const contract = (name) => `${name}:http://schemas.microsoft.com/xrm/2011/Contracts`;

const remoteCreate = {
    BusinessUnitId: '7d2e8f10-6a4b-ee11-be6e-000d3a5f0001', CorrelationId: 'b8c9d0e1-2f3a-4b5c-9d6e-000000000007', Depth: 1,
    InitiatingUserAgent: null, InitiatingUserId: ANNA,
    InputParameters: [{
        key: 'Target',
        value: {
            __type: contract('Entity'),
            Attributes: [
                { key: 'firstname', value: 'Signe' }, { key: 'lastname', value: 'Østby' }, { key: 'emailaddress1', value: 'signe@fjellbutikken.example' },
                { key: 'parentcustomerid', value: { __type: contract('EntityReference'), Id: recordId(2), KeyAttributes: [], LogicalName: 'account', Name: null, RowVersion: null } },
                { key: 'preferredcontactmethodcode', value: { __type: contract('OptionSetValue'), Value: 2 } },
                { key: 'creditlimit', value: { __type: contract('Money'), Value: 48500.5 } },
            ],
            EntityState: null, FormattedValues: [], Id: '0d5b6c7a-8e9f-ee11-be70-000d3a5f0010', KeyAttributes: [], LogicalName: 'contact', RelatedEntities: [], RowVersion: null,
        },
    }],
    IsExecutingOffline: false, IsInTransaction: false, IsOfflinePlayback: false, IsolationMode: 1, MessageName: 'Create', Mode: 1,
    OperationCreatedOn: '/Date(1709539447000+0000)/', OperationId: 'e1f2a3b4-5c6d-4e7f-8091-000000000007', OrganizationId: ORGANIZATION, OrganizationName: 'northlight',
    OutputParameters: [{ key: 'id', value: '0d5b6c7a-8e9f-ee11-be70-000d3a5f0010' }], ParentContext: null, PostEntityImages: [], PreEntityImages: [],
    PrimaryEntityId: '0d5b6c7a-8e9f-ee11-be70-000d3a5f0010', PrimaryEntityName: 'contact', RequestId: 'f3a4b5c6-7d8e-4f90-a1b2-000000000007',
    SecondaryEntityName: 'none', SharedVariables: [], Stage: 40, UserId: ANNA,
};

const gridQuery = '<fetch version="1.0" mapping="logical"><entity name="account"><attribute name="name" /><order attribute="name" />'
    + '<filter type="and"><condition attribute="ownerid" operator="eq-userid" /><condition attribute="statecode" operator="eq" value="0" /></filter>'
    + '<link-entity name="contact" from="contactid" to="primarycontactid" alias="pc"><filter><condition attribute="emailaddress1" operator="not-null" /></filter></link-entity>'
    + '</entity></fetch>';

const PARAGRAPH = 'Called about the renewal: they want the price of last year, delivery before Easter and a second training day for the team in Tromsø. ';

const grid = sdkEvent(4, 'RetrieveMultiple', { EntityName: 'account', Query: gridQuery, QueryResults: [1, 2, 3, 4].map(recordId) });
const whoAmI = sdkEvent(2, 'WhoAmI');
const update = sdkEvent(6, 'Update', {
    EntityName: 'account', EntityId: recordId(2),
    Fields: [{ Name: 'telephone1', Value: '+47 55 01 23 45' }, { Name: 'creditlimit', Value: 250000 }, { Name: 'donotemail', Value: true }],
});
const badId = sdkEvent(25, 'Retrieve', { EntityName: 'account', EntityId: 'account-17' });
const job = sdkEvent(9, 'Update', { EntityName: 'asyncoperation', EntityId: recordId(900), UserId: SERVICE, Fields: [{ Name: 'statecode', Value: 3 }] });
const signIn = sdkEvent(1, 'UserSignIn');

/** Events: name, and what stands in the editor. Objects are laid out; a list becomes one event a line. */
const EVENTS = [
    ['A grid of accounts, with FetchXML', grid],
    ['One account is opened', {
        EventId: '50e01c88-2e43-4005-8be8-9ceb172e2e90', Message: 'Retrieve', CreationTime: '2018-03-02T23:25:56Z', OrganizationId: '7d2c3f2e-0e9a-4f7a-9e2f-3f3c1b7a1d10',
        InstanceUrl: 'https://orgname.onmicrosoft.com', EntityName: 'Account', EntityId: '0a0d8709-711e-e811-a952-000d3a732d76', UserKey: '10033XXXA49AXXXX', ClientIP: '131.107.XXX.XX',
    }],
    ['A contact is created: RemoteExecutionContext', remoteCreate],
    ['An account is changed', update],
    ['A user signs in', signIn],
    ['Export to Excel', sdkEvent(14, 'ExportToExcel', { EntityName: 'contact', Query: '<filter type="and"><condition attribute="statecode" operator="eq" value="0" /></filter>', QueryResults: [31, 32, 33].map(recordId) })],
    ['Many ids: 200 records in one grid, split', sdkEvent(15, 'RetrieveMultiple', { EntityName: 'contact', Query: gridQuery, QueryResults: Array.from({ length: 200 }, (_, at) => recordId(at + 100)) })],
    ['A long note, split in the middle of a text', sdkEvent(16, 'Create', { EntityName: 'annotation', EntityId: recordId(70), Fields: [{ Name: 'subject', Value: 'Renewal' }, { Name: 'notetext', Value: PARAGRAPH.repeat(48).trim() }] })],
    ['Never logged: WhoAmI', whoAmI],
    ['A service account works on a system job', job],
    ['Social engagement: a search topic', sdkEvent(17, 'Create', { EntityName: 'Search Topic', Workload: 'MSE' })],
    ['A custom entity is shared', sdkEvent(18, 'GrantAccess', { EntityName: 'nl_ferryroute', EntityId: recordId(51) })],
    ['Rejected: an id that is none', badId],
    ['Rejected: a query with a document type', sdkEvent(26, 'RetrieveMultiple', { EntityName: 'account', Query: '<!DOCTYPE x [<!ENTITY e "boom">]><fetch><entity name="account"><filter>&e;</filter></entity></fetch>' })],
    ['Rejected: cut off in the middle', `${JSON.stringify(update, null, 2).slice(0, 420)}`],
    ['A morning: several events', [signIn, whoAmI, grid, update, job, remoteCreate, badId]],
].map(([name, given]) => ({
    name,
    text: typeof given === 'string' ? given : Array.isArray(given) ? given.map((each) => JSON.stringify(each)).join('\n') : JSON.stringify(given, null, 2),
}));

const organization = { id: ORGANIZATION, 'unique-name': 'northlight', 'instance-url': 'https://northlight.crm4.dynamics.com', instance: 'production', version: '9.2', subscription: 'E5' };

/** Settings: name, and the document. An empty text stands for the defaults. */
const SETTINGS = [
    ['Defaults: everything is audited', ''],
    ['Every switch, with its default', {
        record: { profile: 'activity-logging' },
        auditing: { start: true, 'user-access': true, read: true, areas: ['common', 'sales', 'marketing', 'customer-service'] },
        entities: { default: { auditing: true, 'single-record': true, 'multiple-record': true } },
        exclusions: { messages: [], entities: [], users: [], 'service-accounts': [], 'system-noise': false },
    }],
    ['Reads are not audited', { auditing: { read: false } }],
    ['No grids of accounts', { entities: { account: { 'multiple-record': false } } }],
    ['Sales alone', { auditing: { areas: ['sales'] } }],
    ['Exclusions: a service account, system noise, messages', { exclusions: { messages: ['ExportToExcel'], 'service-accounts': [SERVICE], 'system-noise': true } }],
    ['An organization and its users', { organizations: [organization], users: [{ id: ANNA, upn: 'anna@northlight.example', key: '100320009A1B2C01', type: 'Admin' }] }],
    ['A sandbox', { organizations: [{ ...organization, instance: 'sandbox' }] }],
    ['Records in the wire form', { record: { profile: 'management-api' } }],
    ['A draft that waits: reads off', { draft: { auditing: { read: false } } }],
    ['With mistakes', { auditing: { start: false, read: true, Areas: [] }, organizations: [{ id: 'contoso', instance: 'production' }], exclusions: { users: ['ann'] }, retention: 90 }],
].map(([name, document]) => ({ name, text: typeof document === 'string' ? document : JSON.stringify(document, null, 2) }));
