import { mkdtemp } from 'node:fs/promises';
import { ServerProcess } from './server-process';
import { processesWith } from './processes';
import { Client, Connection, WithStartWorkflowOperation } from '@temporalio/client';
import { freeze, stackWorkflowId } from '../../workflows/messages';
void (async()=>{
  let t=Date.now(); const lap=(n:string)=>{console.log(n,Date.now()-t); t=Date.now();};
  const d=await mkdtemp('/tmp/pawl-zz-'); 
  const s=await ServerProcess.start(d+'/state',['--log-level','debug']); const before=await s.ready(); lap('ready');
  const connection=await Connection.connect({address:before.address}); const client=new Client({connection});
  const op=new WithStartWorkflowOperation('stack',{workflowId:stackWorkflowId('x'),taskQueue:'pawl',args:[{stack:'x',host:'local'}],workflowIdConflictPolicy:'USE_EXISTING'});
  await client.workflow.executeUpdateWithStart(freeze,{args:[{message:'m',by:'x'}],startWorkflowOperation:op}); 
  await connection.close(); 
  if (process.argv[2]==='wk') { process.kill(before.worker!.pid,'SIGKILL'); await s.ready(x=>x.worker?.pid!==before.worker!.pid && x.worker?.health!==undefined); }
  await s.kill('SIGKILL'); t=Date.now(); let last='';
  for(;;){ const p=await processesWith(d); const x=p.map(q=>q===before.temporal!.pid?'temporal':'worker').join(); if (x!==last) {lap('alive '+x); last=x; } if(!p.length) break; await new Promise(r=>setTimeout(r,50)); }
  console.log((await s.output()).split('\n').filter(l=>!/retry/.test(l)).slice(-22).map(l=>l.slice(0,250)).join('\n'));
})();
